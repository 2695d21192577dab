package io.sallyport.proxy.journal;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal on disk. An append encodes outside the lock; under it the entry gets its sequence
 * number, is encrypted and written. Two threads follow: {@code committer} forces, {@code sealer}
 * hashes and signs. Whatever goes wrong in writing or forcing fences the journal until a restart.
 */
public final class ChronicleJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

  private final Settings settings;
  private final JournalMetrics metrics;
  private final DirectoryLock lock;
  private final Identity identity;
  private final KeyChain keys;
  private final SpareFiles spares;
  private final Pace pace;
  private final Floods floods;
  private final Committer committer;
  private final KeyKeeper keeper;
  private final Sealer sealer;
  final Outsiders outsiders;
  private final ThreadLocal<PayloadWriter> payloads = ThreadLocal.withInitial(PayloadWriter::new);

  // Guards the writer, and every write of the fields below.
  private final Gate appending;
  private final FrameWriter writer;
  private final Space space;

  /** Written under the lock, read by committer and sealer: the newest record there is. */
  private volatile long appended;

  /** Written once under the lock, read by all. */
  private volatile boolean closing;

  /** Written once under the lock, read by all. */
  private volatile JournalUnavailable fenced;

  /**
   * Opens the journal in a directory, creating it when it is not there, and proves that what is
   * there is what was sealed.
   *
   * @param kms wraps data keys and certifies the keys that sign checkpoints
   * @param clock the time that frames say
   * @throws JournalUnavailable when another process writes it, when the disk or the key service
   *     fails, or when sealed records are missing or changed: the message names the first
   */
  public static ChronicleJournal open(
      Path directory,
      Kms kms,
      Clock clock,
      JournalLimits limits,
      Outside outside,
      CollectorRegistry registry) {
    return open(directory, kms, Settings.standard(clock, limits).with(outside), registry);
  }

  /** The same, as it is without a configuration. */
  public static ChronicleJournal open(Path directory, Kms kms, Clock clock) {
    return open(directory, kms, Settings.standard(clock, JournalLimits.DEFAULT));
  }

  static ChronicleJournal open(Path directory, Kms kms, Settings settings) {
    return open(directory, kms, settings, new CollectorRegistry());
  }

  static ChronicleJournal open(
      Path directory, Kms kms, Settings settings, CollectorRegistry registry) {
    DirectoryLock lock = null;
    try {
      Origin.directory(directory);
      lock = DirectoryLock.take(directory);
      var told = Volume.check(directory, settings.limits().anyFilesystem());
      var journal = new ChronicleJournal(directory, kms, settings, registry, lock, told);
      lock = null;
      return journal;
    } catch (IOException | KmsException e) {
      throw new JournalUnavailable("cannot open the journal in " + directory, e);
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }

  private ChronicleJournal(
      Path directory,
      Kms kms,
      Settings settings,
      CollectorRegistry registry,
      DirectoryLock lock,
      String told)
      throws IOException {
    this.settings = settings;
    this.lock = lock;
    var limits = settings.limits();
    identity = new Identity(Origin.open(directory, kms), kms);
    var boot = BootScan.of(directory, identity, settings);
    int run = boot.run() + 1;
    long next = boot.frontier().size();
    appended = next - 1;
    keys = new KeyChain(kms, identity.key().name(), run, settings.clock());
    keeper = new KeyKeeper(settings, keys, identity, this);
    pace = new Pace(settings.nanos(), limits.slowMillis());
    appending = new Gate(pace);
    floods = new Floods(settings.nanos(), limits.singles(), limits.fileBytes());
    metrics = new JournalMetrics(registry);
    spares = SpareFiles.open(directory, FrameStore.onDisk(limits.fileBytes()), settings);
    var probe = new Probe(directory, settings.force());
    committer =
        new Committer(settings, pace, probe, () -> appended, appended, this::fence, this::beat);
    sealer = new Sealer(directory, boot, settings, keys, this);
    outsiders = new Outsiders(directory, settings, identity, boot, this);
    var clock = new JournalClock(settings);
    FrameStore store = null;
    try {
      store =
          new FrameStore(
              JournalFiles.run(directory, run),
              clock.rollMillis(),
              limits.fileBytes(),
              spares.poll());
      writer = new FrameWriter(run, keys, spares, store, committer, clock, next);
      space = new Space(writer, keys, spares, floods);
      begin(run, boot);
    } catch (IOException | RuntimeException | Error e) {
      sealer.close();
      probe.close();
      if (store != null) {
        store.close();
      }
      throw e;
    }
    metrics.watch(writer::usedPercent, spares::count, keys::count, this::writable);
    spares.start();
    keeper.start();
    committer.start();
    outsiders.start();
    sealer.start();
    boot.alerts(told, this::alert);
  }

  /** Something is wrong with the journal itself: it is recorded there like any alert. */
  void alert(String what, String detail) {
    LOG.warn("journal: {}: {}", what, detail);
    metrics.alert(what);
    append("", new JournalEntry.Alert(what, detail), EventClass.ADMIN);
  }

  /** The first frames of a run: its key is there already, the identity speaks for it here. */
  private void begin(int run, BootScan boot) {
    var recovery = boot.recovery();
    var recovered = recovery == null ? null : recovery.sign(identity);
    var epoch = keys.signing(0);
    var certificate = boot.opening(identity.key().name(), run, epoch.key()).sign(identity);
    sealer.open(epoch, run);
    appending.lock();
    try {
      if (recovery != null) {
        writer.clear(FrameType.RECOVERY, recovered);
        LOG.warn("journal: the last stop was not in order: {}", recovery.told());
      }
      writer.clear(FrameType.EPOCH_OPEN, certificate);
      appended = writer.newest();
    } finally {
      appending.unlock();
    }
  }

  @Override
  public Durabilities durabilities() {
    return settings.limits().durability();
  }

  @Override
  public <T> CompletionStage<Recorded<T>> append(
      T value, JournalEntry entry, Durability durability) {
    var payload = payloads.get();
    var type = payload.write(entry);
    var recorded = new CompletableFuture<Recorded<T>>();
    boolean own = type.own();
    Throwable failure = null;
    if (!appending.enter(own)) {
      return refused(JournalUnavailable.Why.SLOW, "the journal's disk is slow");
    }
    try {
      if (fenced != null || closing) {
        return CompletableFuture.failedFuture(unavailable());
      }
      var why = space.room(payload.length(), own);
      if (why != null) {
        return refused(why, "the journal has no room for " + payload.length() + " bytes");
      }
      long start = settings.nanos().getAsLong();
      long seq = writer.entry(type, JournalEntry.intent(entry), payload);
      if (durability == Durability.DISK) {
        committer.await(writer.newest(), recorded, new Recorded<>(value, seq));
      } else {
        recorded.complete(new Recorded<>(value, seq));
      }
      appended = writer.newest();
      pace.appended(start);
    } catch (Throwable e) { // an InternalError of a full disk, too: nothing can be known after it
      failure = e;
    } finally {
      appending.unlock();
    }
    if (failure != null) {
      fence(failure);
      return CompletableFuture.failedFuture(fenced);
    }
    if (durability == Durability.DISK) {
      committer.hurry();
    }
    return recorded;
  }

  @Override
  public <T> CompletionStage<Recorded<T>> anonymous(
      T value, JournalEntry entry, String remote, String reason, EventClass event) {
    if (!writable()) {
      return append(value, entry, event);
    }
    int text = JournalEntry.textOf(entry);
    if (floods.single(remote, reason, text, settings.clock().millis())) {
      return append(value, entry, event);
    }
    metrics.counted();
    return CompletableFuture.completedFuture(new Recorded<>(value, Recorded.COUNTED));
  }

  private <T> CompletionStage<Recorded<T>> refused(JournalUnavailable.Why why, String message) {
    metrics.refused(why);
    return CompletableFuture.failedFuture(new JournalUnavailable(why, message, null));
  }

  private JournalUnavailable unavailable() {
    var cause = fenced;
    var why =
        cause != null
            ? cause
            : new JournalUnavailable(JournalUnavailable.Why.CLOSED, "the journal is closed", null);
    metrics.refused(why.why());
    return why;
  }

  /** The committer's beat, beside forcing: rolls, counts, and the keys of the rolls to come. */
  private void beat() {
    if (appending.tryLock()) {
      try {
        if (fenced == null && !closing) {
          space.keepUp();
          appended = writer.newest();
        }
      } finally {
        appending.unlock();
      }
    }
    keeper.wake();
  }

  /**
   * Appends a frame that says nothing about anybody: what the sealer states. In a full file a
   * checkpoint stands in the log of checkpoints alone.
   *
   * @return its number
   */
  long appendClear(FrameType type, byte[] body) {
    appending.lock();
    try {
      if (fenced != null) {
        throw fenced;
      }
      if (type != FrameType.CHECKPOINT || space.checkpoint(body.length)) {
        writer.clear(type, body);
        appended = writer.newest();
      }
      return appended;
    } finally {
      appending.unlock();
    }
  }

  /** Appends such a frame unless the journal is closed, or being closed. */
  void offerClear(FrameType type, byte[] body) {
    appending.lock();
    try {
      if (fenced == null && !closing) {
        appendClear(type, body);
      }
    } finally {
      appending.unlock();
    }
  }

  /** A checkpoint is in the log: those outside hear of it. Never waits. */
  void sealed(Checkpoint checkpoint) {
    outsiders.tell(checkpoint);
  }

  /** A statement that the identity is to sign when the key service can; never waits. */
  void certify(EpochStatement statement) {
    keeper.certify(statement);
  }

  /** The newest record that is on disk: neither sealer nor exporters tell of more. */
  public long durable() {
    return committer.durable();
  }

  Space space() {
    return space;
  }

  long appended() {
    return appended;
  }

  void hurry() {
    committer.hurry();
  }

  boolean isFenced() {
    return fenced != null;
  }

  /** Nothing can be recorded from here to the next start. */
  void fence(Throwable cause) {
    appending.lock();
    try {
      if (fenced != null) {
        return;
      }
      fenced = new JournalUnavailable("the journal cannot write until it is repaired", cause);
    } finally {
      appending.unlock();
    }
    LOG.error("journal: fenced until a restart", cause);
    committer.abandon(fenced);
  }

  @Override
  public boolean writable() {
    return fenced == null && !closing && !space.full() && !pace.slow();
  }

  /** The line that {@code journal verify --public-key} wants. */
  public String publicKeyLine() {
    return identity.key().line();
  }

  @Override
  public void close() {
    appending.lock();
    try {
      if (closing) {
        return;
      }
      if (fenced == null) {
        space.tell();
        appended = writer.newest();
      }
      closing = true;
    } finally {
      appending.unlock();
    }
    spares.close();
    keeper.stop();
    sealer.stop();
    sealer.sealAll();
    outsiders.stop();
    committer.stop();
    sealer.close();
    appending.lock();
    try {
      writer.close();
    } catch (IOException e) {
      LOG.warn("journal: the last file keeps its unused end", e);
    } finally {
      appending.unlock();
    }
    lock.close();
  }
}
