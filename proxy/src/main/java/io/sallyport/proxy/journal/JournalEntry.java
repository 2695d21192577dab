package io.sallyport.proxy.journal;

import java.util.List;
import java.util.Map;

/**
 * What a frame says. Entries carry identifiers, paths and counts, never clinical values; the one
 * exception is the canonical query string of a search. An exchange is an {@link Intent} followed by
 * an {@link Outcome} (answer in one piece) or by {@link Disclosure}s and a {@link Close} (streamed
 * answer); or a {@link Refused} alone or after its intent. Strings are never null; "" means none.
 */
public sealed interface JournalEntry
    permits AdminEntry,
        JournalEntry.Aborted,
        JournalEntry.Alert,
        JournalEntry.Anonymous,
        JournalEntry.BreakGlass,
        JournalEntry.Close,
        JournalEntry.ConfigLoaded,
        JournalEntry.Disclosure,
        JournalEntry.Disposed,
        JournalEntry.Disposing,
        JournalEntry.Hold,
        JournalEntry.HoldReleased,
        JournalEntry.Intent,
        JournalEntry.KeyEvent,
        JournalEntry.Lookup,
        JournalEntry.Notice,
        JournalEntry.Observed,
        JournalEntry.Outcome,
        JournalEntry.Refused,
        JournalEntry.Started,
        JournalEntry.Stopped,
        JournalEntry.Vaulted {

  /**
   * The sequence number of the intent that {@code entry} belongs to; -1 for none. An intent's own
   * number is not known before it is recorded.
   */
  static long intent(JournalEntry entry) {
    return entry instanceof Bound bound ? bound.intent() : -1;
  }

  /** What belongs to an exchange whose intent was recorded, or -1 when it did not get that far. */
  interface Bound {
    long intent();
  }

  /** Characters of what a refusal, or an answer about nobody, says. */
  static int textOf(JournalEntry entry) {
    if (entry instanceof Refused e) {
      return e.exchange().length()
          + e.reason().length()
          + e.detail().length()
          + e.remote().length()
          + e.route().length()
          + e.method().length()
          + e.target().length();
    }
    return entry instanceof Outcome e ? e.exchange().length() + e.digest().length() : 0;
  }

  /** One word of what an entry is: {@code intent}, {@code break-glass}, … */
  static String kind(JournalEntry entry) {
    return EntryText.type(entry);
  }

  /** How the rule of an intent begins that was permitted in observe mode. */
  String OBSERVED = "observe: ";

  /** A resource that was released. */
  record Resource(String type, String id, List<String> patients) {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * Someone is about to access something: recorded before the upstream hears of it. A deny is
   * recorded as an intent, too, whose {@code permitted} is false; nothing is forwarded then.
   *
   * @param exchange the request id, also in the response header
   * @param subject who (issuer-unique)
   * @param client the OAuth client
   * @param session session or token id
   * @param remote the caller's address
   * @param route the route's path
   * @param interaction {@code read}, {@code search}, ...
   * @param target canonical path: {@code Patient/123}
   * @param query canonical query string of a search
   */
  record Intent(
      String exchange,
      boolean permitted,
      String issuer,
      String subject,
      String client,
      String session,
      String remote,
      String route,
      String role,
      String purpose,
      String interaction,
      String target,
      String query,
      String rule,
      String policy)
      implements JournalEntry {}

  /**
   * The answer, in one piece, recorded before its first byte leaves.
   *
   * @param intent sequence number of the intent
   * @param removed rule hits: path and count
   * @param digest SHA-256 of the body as released, hex
   */
  record Outcome(
      String exchange,
      long intent,
      int status,
      List<Resource> resources,
      Map<String, Integer> removed,
      int withheld,
      long bytes,
      String digest)
      implements JournalEntry, Bound {}

  /** A window of a streamed answer, recorded before it leaves. {@code number} counts from 1. */
  record Disclosure(
      String exchange,
      long intent,
      int number,
      List<Resource> resources,
      Map<String, Integer> removed,
      int withheld,
      long bytes,
      String digest)
      implements JournalEntry, Bound {}

  /** The end of a streamed answer. {@code digest} is over all windows. */
  record Close(
      String exchange,
      long intent,
      boolean complete,
      int status,
      int windows,
      int resources,
      long bytes,
      String digest,
      String reason)
      implements JournalEntry, Bound {}

  /**
   * A request that was refused.
   *
   * @param intent sequence number of its intent, or -1 when it did not get that far
   * @param reason a word of the closed vocabulary
   * @param detail names, paths, positions; no data
   */
  record Refused(
      String exchange,
      long intent,
      int status,
      String reason,
      String detail,
      String issuer,
      String subject,
      String client,
      String remote,
      String route,
      String method,
      String target)
      implements JournalEntry, Bound {}

  /**
   * The caller left: before there was an answer, which ends the {@link Intent}; or it did not get
   * (all of) one that an {@link Outcome} released.
   */
  record Aborted(String exchange, long intent, String reason) implements JournalEntry, Bound {}

  /**
   * What the policy would have done in observe mode, and what was not done: recorded before that is
   * released.
   *
   * @param intent sequence number of the intent
   * @param reason why the whole request would have been denied; "" when it would not
   * @param rule that would have decided
   * @param removed elements that would have been taken out or changed: path and count
   * @param withheld resources that would not have been released
   */
  record Observed(
      String exchange,
      long intent,
      String reason,
      String rule,
      Map<String, Integer> removed,
      int withheld)
      implements JournalEntry, Bound {}

  /**
   * The record system is asked, for an exchange and by ourselves, whether something stands between
   * its caller and a patient: recorded before it is asked. Nothing of the answer is disclosed; who
   * asks again soon is told from memory.
   *
   * @param relation its name in the policy
   * @param user the caller, as the record system knows it: {@code Practitioner/p1}
   * @param patient the patient's id
   * @param query what is asked, relative to the record system's base
   */
  record Lookup(
      String exchange, long intent, String relation, String user, String patient, String query)
      implements JournalEntry, Bound {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * A user breaks the glass for a patient: what stood between them is lifted from here on for a
   * while, without another reason. Recorded, and on the disk, before anything of it happens.
   *
   * @param patient the patient's id
   * @param reason in the user's words
   * @param lifts what is lifted, as the policy writes it, separated by commas
   * @param until when it is whole again, as 2026-03-01T10:00:00Z
   * @param route the path of the route on which it is broken
   */
  record BreakGlass(
      String exchange,
      long intent,
      String issuer,
      String subject,
      String client,
      String role,
      String purpose,
      String patient,
      String reason,
      String lifts,
      String until,
      String route)
      implements JournalEntry, Bound {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * Somebody is to be told of something: an alert, recorded before it is sent, and true whether or
   * not it arrives.
   *
   * @param to whom, as {@code privacy-office}
   * @param what has happened, as {@code break-glass}
   * @param message the id of what is sent
   */
  record Notice(
      String exchange,
      long intent,
      String to,
      String what,
      String subject,
      String patient,
      String message)
      implements JournalEntry, Bound {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * What callers whom nobody knows were answered in a minute, beyond what is recorded one by one.
   *
   * @param prefix the network they called from: {@code 192.0.2.0/24}; {@code others} for those that
   *     were too many to be told apart
   * @param first when, as 2026-03-01T10:00:00Z
   * @param reasons why they were refused: a word of the closed vocabulary, and how often
   */
  record Anonymous(String prefix, long count, String first, String last, Map<String, Long> reasons)
      implements JournalEntry {}

  /** The appliance started. */
  record Started(String version, String java, String host, long pid) implements JournalEntry {}

  /** The appliance stopped in order. */
  record Stopped(String reason) implements JournalEntry {}

  /** A configuration or policy came into force: what, by whom, its hash and the one before. */
  record ConfigLoaded(String who, String what, String hash, String previous)
      implements JournalEntry {}

  /** A key was created, wrapped, rotated. Never key bytes. */
  record KeyEvent(String what, String key, String detail) implements JournalEntry {}

  /**
   * A legal hold is in force from here on.
   *
   * @param from records of this time and later; "" for all
   * @param to records before this time; "" for all
   * @param patient whom it is about; "" for everybody
   * @param user whose doings it is about; "" for everybody's
   * @param by who asked for it
   * @param approved by whom, separated by commas
   * @param note the request as it was signed; "" where it was taken out
   */
  record Hold(
      String from,
      String to,
      String patient,
      String user,
      String authority,
      String reason,
      String by,
      String approved,
      String note)
      implements JournalEntry {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /** A hold has ended. {@code hold} is the number of its record. */
  record HoldReleased(long hold, String reason, String by, String approved, String note)
      implements JournalEntry {}

  /**
   * How far a disposal is.
   *
   * @param state {@code begun}, {@code scheduled}, {@code destroyed} or {@code abandoned}
   * @param key the key-encryption key that is destroyed
   * @param frames how many are under it
   * @param first the first of them, -1 for none
   * @param approved by whom, separated by commas
   * @param note the certificate, signed by the identity
   */
  record Disposing(
      String state,
      String key,
      long frames,
      long first,
      long last,
      String service,
      String approved,
      String note)
      implements JournalEntry {}

  /**
   * What a hold needs of a month is kept apart, before the month is disposed of.
   *
   * @param hold the number of the hold's record
   * @param key the month's key-encryption key
   * @param frames how many are kept
   * @param note what is said of them, signed by the identity
   */
  record Vaulted(long hold, String key, long frames, String note) implements JournalEntry {}

  /**
   * Stands for a record that nobody can read any more. Never written.
   *
   * @param what was recorded: {@code intent}
   * @param key the key that was destroyed
   * @param certificate the number of the record that says so
   */
  record Disposed(String what, String key, long certificate) implements JournalEntry {}

  /** Something an operator must know: plaintext upstream, recovery after a kill, clock step. */
  record Alert(String what, String detail) implements JournalEntry {}
}
