package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places and releases holds, and disposes of months: what persons have approved, in the journal
 * that this process writes. Everything is recorded: a disposal before its key is destroyed, and
 * what came of it after that. One at a time; may wait for the key service and reads the journal.
 */
public final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  /** A request that is older must be made and signed again: what it says may have changed. */
  static final Duration FRESH = Duration.ofDays(30);

  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int TO_HOLD = 1;
  private static final int TO_LET_GO = 2;

  private final ChronicleJournal journal;
  private final Path directory;
  private final Kms kms;
  private final Identity identity;
  private final RetentionPolicy policy;
  private final Clock clock;
  private final LongSupplier exported;

  /**
   * What has been done or begun: by us, and by others before as far as {@link #catchUp} has read.
   */
  final Disposals disposals = new Disposals();

  // Of whom it was told that somebody brought them back.
  private final Set<String> undone = new HashSet<>();
  private boolean caughtUp;

  /**
   * @param journal the open journal in {@code directory}
   * @param exported the first record that some receiver lacks; {@link Long#MAX_VALUE} for none
   */
  public Retention(
      ChronicleJournal journal,
      Path directory,
      Kms kms,
      RetentionPolicy policy,
      Clock clock,
      LongSupplier exported) {
    this.journal = journal;
    this.directory = directory;
    this.kms = kms;
    this.policy = policy;
    this.clock = clock;
    this.exported = exported;
    identity = new Identity(LogKey.parse(journal.publicKeyLine()), kms);
  }

  private record Approved<T extends RetentionRequest>(T request, String note, List<LogKey> by) {
    String names() {
      return by.stream().map(LogKey::name).collect(Collectors.joining(", "));
    }
  }

  private <T extends RetentionRequest> Approved<T> approved(
      String signed, Class<T> kind, int persons) {
    try {
      var note = Note.parse(signed);
      var request = RetentionRequest.parse(identity.key().name(), note.text());
      if (!kind.isInstance(request)) {
        throw new RetentionRefused("that is a request for something else");
      }
      var by = new Approvals(policy).of(note, persons);
      var now = clock.instant();
      if (request.time().isAfter(now.plus(SKEW)) || request.time().isBefore(now.minus(FRESH))) {
        throw new RetentionRefused(
            "the request is of " + request.time() + ": it must be of the last 30 days");
      }
      return new Approved<>(kind.cast(request), signed, by);
    } catch (IllegalArgumentException e) {
      throw new RetentionRefused("that is no request that can be done: " + e.getMessage(), e);
    }
  }

  /**
   * Places a hold that one approver has signed.
   *
   * @return the number of its record
   * @throws RetentionRefused when it is refused
   */
  public synchronized long hold(String signed) {
    var approved = approved(signed, HoldRequest.class, TO_HOLD);
    var asked = approved.request();
    return record(
        new JournalEntry.Hold(
            asked.from(),
            asked.to(),
            asked.patient(),
            asked.user(),
            asked.authority(),
            asked.reason(),
            asked.by(),
            approved.names(),
            signed));
  }

  /**
   * Releases a hold, as two approvers have signed, and destroys the key of its vaults: what was
   * disposed of but for the hold is gone then.
   *
   * @return the number of the record that says so
   * @throws RetentionRefused when it is refused
   */
  public synchronized long release(String signed) {
    var approved = approved(signed, ReleaseRequest.class, TO_LET_GO);
    var asked = approved.request();
    if (!RetentionScan.of(directory, kms, "").holds().containsKey(asked.hold())) {
      throw new RetentionRefused("record " + asked.hold() + " is no hold that is in force");
    }
    long seq =
        record(
            new JournalEntry.HoldReleased(
                asked.hold(), asked.reason(), asked.by(), approved.names(), signed));
    var vaults = Vault.kek(asked.origin(), asked.hold());
    if (kms.standing(vaults) == Kms.Standing.USABLE) {
      kms.destroy(vaults);
    }
    return seq;
  }

  // Reads the whole journal once: a disposal may have begun long before this start. And what a
  // release could not destroy, because of a kill or a key service that was away, is destroyed now.
  private void catchUp() {
    try {
      disposals.addAll(Disposals.read(directory, identity.key()));
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + directory, e);
    }
    var origin = identity.key().name();
    var kept = kms.keys().stream().filter(key -> Vault.hold(origin, key) >= 0).toList();
    if (!kept.isEmpty()) {
      var holds = RetentionScan.of(directory, kms, "").holds();
      for (var key : kept) {
        boolean released = !holds.containsKey(Vault.hold(origin, key));
        if (released && kms.standing(key) == Kms.Standing.USABLE) {
          kms.destroy(key);
        }
      }
    }
  }

  /**
   * Disposes of a month and class, as two approvers have signed: destroys its key and proves it.
   *
   * @return the certificate, signed by the identity
   * @throws RetentionRefused when it is refused: then nothing was done
   * @throws KmsException when the key service fails: then it goes on by itself when that is back
   */
  public synchronized String dispose(String signed) {
    var approved = approved(signed, DisposalRequest.class, TO_LET_GO);
    var asked = approved.request();
    var scan = RetentionScan.of(directory, kms, asked.key());
    var month = scan.months().get(asked.key());
    if (month == null || !month.records().equals(asked.records())) {
      throw new RetentionRefused(
          "the records under " + asked.key() + " are not those of the request: make a new one");
    }
    compareRoot(asked);
    var stands = eligibility().of(month, scan, asked.holds());
    if (!stands.equals(Eligibility.ELIGIBLE)) {
      throw new RetentionRefused(asked.key() + " cannot be disposed of: " + stands);
    }
    if (journal.space().ahead(asked.month())) {
      throw new RetentionRefused(
          "files to come have data keys under " + asked.key() + ": start the appliance anew first");
    }
    var begun =
        new Disposal(
            identity.key().name(),
            Disposal.State.BEGUN,
            -1,
            kms.name(),
            0,
            now(),
            approved.by().stream().map(LogKey::line).toList(),
            signed);
    vaults(asked, scan);
    long seq = record(begun);
    try {
      var outcome = new Erasure(begun.origin(), kms).destroy(month);
      return certify(new Disposals.Found(seq, begun), outcome);
    } catch (KmsException e) {
      throw new KmsException(
          "it is begun by record "
              + seq
              + ", but the key service fails: "
              + e.getMessage()
              + "; the appliance finishes it when the key is gone, or can be destroyed",
          e);
    }
  }

  // Recorded, and on the disk, before anything is destroyed.
  private void vaults(DisposalRequest asked, RetentionScan scan) {
    for (long hold : asked.holds()) {
      var request = scan.holds().get(hold);
      if (request == null || !request.narrow()) {
        throw new RetentionRefused("record " + hold + " is no hold on somebody that is in force");
      }
    }
    for (long hold : asked.holds()) {
      var writer = new VaultWriter(directory, kms, asked.origin());
      var vault = writer.write(hold, scan.holds().get(hold), asked.key(), now());
      record(vault.entry(identity));
    }
  }

  private Eligibility eligibility() {
    return new Eligibility(policy, clock.instant(), exported.getAsLong());
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  // The request was made of this log as it is, and not of one that was set up to be signed.
  private void compareRoot(DisposalRequest asked) {
    var root = asked.root();
    try (var notes = new CheckpointLog.Reader(CheckpointLog.file(directory))) {
      for (var note = notes.next(); note != null; note = notes.next()) {
        var checkpoint = Checkpoint.parse(asked.origin(), note);
        if (checkpoint.size() == asked.size()
            && Base64.getEncoder().encodeToString(checkpoint.root()).equals(root)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the checkpoints in " + directory, e);
    }
    throw new RetentionRefused("the request names a root that is no checkpoint of this journal");
  }

  /**
   * Finishes what a stop, or a key service that was away, left half done; and asks after keys that
   * the service keeps for a while. To be called at every start, and now and then.
   *
   * @throws KmsException when the key service does not answer
   */
  public synchronized void check() {
    if (!caughtUp) {
      catchUp();
      caughtUp = true;
    }
    for (var found : disposals.open()) {
      var key = found.disposal().asked().key();
      var standing = kms.standing(key);
      boolean scheduled = found.disposal().state() == Disposal.State.SCHEDULED;
      if (scheduled && standing == Kms.Standing.SCHEDULED) {
        continue;
      }
      if (scheduled && standing == Kms.Standing.USABLE) {
        if (undone.add(key)) {
          journal.alert("disposal-undone", key + " is usable again, after record " + found.seq());
        }
        continue;
      }
      finish(found, key, standing);
    }
  }

  private void finish(Disposals.Found found, String key, Kms.Standing standing) {
    var scan = RetentionScan.of(directory, kms, key);
    var month = scan.months().get(key);
    if (month == null) {
      throw new JournalUnavailable("the records of a disposal that has begun are gone", null);
    }
    if (standing == Kms.Standing.USABLE) {
      var stands = eligibility().rules(month, scan, found.disposal().asked().holds());
      if (!stands.equals(Eligibility.ELIGIBLE) || journal.space().ahead(month.month())) {
        LOG.warn("journal: the disposal of {} is abandoned: {}", key, stands);
        var outcome = new Erasure.Outcome(Disposal.State.ABANDONED, stands, 0);
        certify(found, outcome);
        return;
      }
    }
    certify(found, new Erasure(found.disposal().origin(), kms).destroy(month));
  }

  private String certify(Disposals.Found found, Erasure.Outcome outcome) {
    var before = found.disposal();
    var certificate =
        new Disposal(
            before.origin(),
            outcome.state(),
            before.begun() < 0 ? found.seq() : before.begun(),
            outcome.service(),
            outcome.tried(),
            now(),
            before.approvers(),
            before.request());
    record(certificate);
    LOG.info("journal: {} is {}", before.asked().key(), outcome.state());
    return certificate.sign(identity);
  }

  private long record(Disposal disposal) {
    var note = disposal.sign(identity);
    long seq = record(disposal.entry(note));
    disposals.add(seq, disposal);
    return seq;
  }

  // On the disk when it returns: nothing is destroyed of which a power cut takes the record.
  private long record(JournalEntry entry) {
    try {
      return journal.append("", entry, EventClass.ADMIN).toCompletableFuture().join().sequence();
    } catch (CompletionException e) {
      if (e.getCause() instanceof JournalUnavailable unavailable) {
        throw unavailable;
      }
      throw e;
    }
  }
}
