package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
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
    return said().subject();
  }

  String issuer() {
    return said().issuer();
  }

  String client() {
    return said().client();
  }

  String remote() {
    return said().remote();
  }

  String route() {
    return said().route();
  }

  String target() {
    return said().target();
  }

  /** The request's id, "" for what is no exchange's. */
  String exchange() {
    return said().exchange();
  }

  /** Its intent, or what the entry itself says of one. */
  private Intent said() {
    if (intent != null) {
      return intent;
    }
    if (entry instanceof Refused e) {
      return by(
          e.exchange(), e.issuer(), e.subject(), e.client(), e.remote(), e.route(), e.target());
    }
    if (entry instanceof LoggedIn e) {
      return by(e.exchange(), e.issuer(), e.subject(), e.client(), e.remote(), "", "");
    }
    if (entry instanceof Privileges e) {
      return by(e.exchange(), e.issuer(), e.subject(), e.client(), "", "", "");
    }
    return by("", "", "", "", "", "", "");
  }

  private static Intent by(
      String exchange,
      String issuer,
      String subject,
      String client,
      String remote,
      String route,
      String target) {
    return new Intent(
        exchange, false, issuer, subject, client, "", remote, route, "", "", "", target, "", "",
        "");
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
