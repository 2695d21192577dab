package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import java.time.Instant;

/**
 * A record on its way out: the entry, and who asked for what, as its intent says. Patients have
 * been replaced by pseudonyms, and search values are gone, where that is configured.
 *
 * @param origin the journal's name
 * @param seq the record's number: with the origin, what a receiver tells doubles by
 * @param time when it was recorded
 * @param leaf its leaf hash in the journal's tree, hex
 * @param intent what it belongs to; null where nothing, or where that is not known any more
 */
record Event(
    String origin, long seq, Instant time, String leaf, JournalEntry entry, Intent intent) {

  /** One word of what it is, as {@code journal show} has it. */
  String kind() {
    return JournalEntry.kind(entry);
  }

  /** Who: the subject, "" for nobody. */
  String subject() {
    return intent != null ? intent.subject() : entry instanceof Refused r ? r.subject() : "";
  }

  String issuer() {
    return intent != null ? intent.issuer() : entry instanceof Refused r ? r.issuer() : "";
  }

  String client() {
    return intent != null ? intent.client() : entry instanceof Refused r ? r.client() : "";
  }

  String remote() {
    return intent != null ? intent.remote() : entry instanceof Refused r ? r.remote() : "";
  }

  String route() {
    return intent != null ? intent.route() : entry instanceof Refused r ? r.route() : "";
  }

  String target() {
    return intent != null ? intent.target() : entry instanceof Refused r ? r.target() : "";
  }

  /** The request's id, "" for what is no exchange's. */
  String exchange() {
    if (intent != null) {
      return intent.exchange();
    }
    return entry instanceof Refused r ? r.exchange() : "";
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
