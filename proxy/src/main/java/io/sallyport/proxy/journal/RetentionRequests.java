package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.ApproverKey;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;

/** Makes the texts that persons approve, and puts signatures under them. Changes nothing. */
public final class RetentionRequests {
  private RetentionRequests() {}

  /**
   * A request to dispose of a month and class.
   *
   * @param apart whether records under holds on somebody are to be put into vaults before
   * @param by who asks
   * @throws RetentionRefused when it would be refused now, or says nothing sensible
   */
  public static String disposal(
      Path journal,
      Kms kms,
      RetentionPolicy policy,
      YearMonth month,
      RetentionClass retention,
      boolean apart,
      String by,
      String reason,
      Instant now) {
    var key = FileKeys.kek(month, retention);
    var scan = RetentionScan.of(journal, kms, "");
    var records = scan.months().get(key);
    if (records == null) {
      throw new RetentionRefused("the journal has no records under " + key);
    }
    var holds = apart ? Eligibility.apart(records, scan) : List.<Long>of();
    var stands = new Eligibility(policy, now, Long.MAX_VALUE).of(records, scan, holds);
    if (!stands.equals(Eligibility.ELIGIBLE)) {
      throw new RetentionRefused(key + " cannot be disposed of: " + stands);
    }
    if (reason.isEmpty()) {
      throw new RetentionRefused("a disposal needs a reason");
    }
    var last = last(journal, scan.origin());
    return text(
        new DisposalRequest(
            scan.origin(),
            key,
            records.records(),
            last.size(),
            Base64.getEncoder().encodeToString(last.root()),
            holds,
            by,
            reason,
            now.truncatedTo(ChronoUnit.SECONDS)));
  }

  private static Checkpoint last(Path journal, String origin) {
    try (var notes = new CheckpointLog.Reader(CheckpointLog.file(journal))) {
      String newest = null;
      for (var note = notes.next(); note != null; note = notes.next()) {
        newest = note;
      }
      if (newest != null) {
        return Checkpoint.parse(origin, newest);
      }
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the checkpoints in " + journal, e);
    }
    throw new RetentionRefused("the journal has no checkpoint yet");
  }

  /**
   * A request for a legal hold.
   *
   * @param from null for all times, as {@code to}
   * @param patient "" for everybody, as {@code user}
   * @throws RetentionRefused when it says nothing sensible
   */
  public static String hold(
      Path journal,
      Instant from,
      Instant to,
      String patient,
      String user,
      String authority,
      String reason,
      String by,
      Instant now) {
    try {
      return text(
          new HoldRequest(
              origin(journal),
              from == null ? "" : from.toString(),
              to == null ? "" : to.toString(),
              patient,
              user,
              authority,
              reason,
              by,
              now.truncatedTo(ChronoUnit.SECONDS)));
    } catch (IllegalArgumentException e) {
      throw new RetentionRefused(e.getMessage(), e);
    }
  }

  /**
   * A request to release a hold.
   *
   * @param hold the number of its record
   * @throws RetentionRefused when it says nothing sensible
   */
  public static String release(Path journal, long hold, String by, String reason, Instant now) {
    try {
      return text(
          new ReleaseRequest(
              origin(journal), hold, by, reason, now.truncatedTo(ChronoUnit.SECONDS)));
    } catch (IllegalArgumentException e) {
      throw new RetentionRefused(e.getMessage(), e);
    }
  }

  private static String origin(Path journal) {
    try {
      return Origin.name(journal);
    } catch (IOException e) {
      throw new JournalUnavailable("there is no journal in " + journal, e);
    }
  }

  private static String text(RetentionRequest request) {
    try {
      return request.text();
    } catch (IllegalArgumentException e) {
      throw new RetentionRefused(e.getMessage(), e);
    }
  }

  private record Person(LogKey key, ApproverKey approver) implements Note.Signer {
    @Override
    public byte[] sign(byte[] message) {
      return approver.sign(message);
    }
  }

  /**
   * Puts a signature under a request, below those that are there.
   *
   * @param request a text, or one with signatures
   * @throws RetentionRefused when it is no request, or this person has signed it
   */
  public static String approve(String request, ApproverKey approver) {
    boolean signed = request.contains("\n\n");
    try {
      var text = signed ? Note.parse(request).text() : request;
      var lines = text.split("\n", 3);
      RetentionRequest.parse(lines.length < 3 ? "" : lines[1], text);
      var person = new Person(LogKey.parse(approver.line()), approver);
      if (signed && !Note.parse(request).linesOf(approver.name()).isEmpty()) {
        throw new RetentionRefused(approver.name() + " has signed it already");
      }
      return (signed ? request : text + "\n") + Note.signature(text, person);
    } catch (IllegalArgumentException e) {
      throw new RetentionRefused("that is no request: " + e.getMessage(), e);
    }
  }
}
