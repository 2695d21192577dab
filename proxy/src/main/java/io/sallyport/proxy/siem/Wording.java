package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.AdminEntry.Pseudonym;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Hold;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Lookup;
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Takes out of entries what a receiver need not know: a patient's id becomes a pseudonym, the same
 * one each time, and a search keeps its parameters' names only. A break-glass reason goes out as it
 * is: who reviews it must read it. Of a changed configuration the file and its hashes leave, and
 * not its lines.
 */
final class Wording {
  private static final Pattern PATIENT = Pattern.compile("Patient/([A-Za-z0-9.-]{1,64})");
  private static final Pattern VALUE = Pattern.compile("=[^&]*");

  private final UnaryOperator<String> patient;
  private final boolean queries;

  /**
   * @param patient a patient's id to what is said instead
   * @param queries whether search values stay
   */
  Wording(UnaryOperator<String> patient, boolean queries) {
    this.patient = patient;
    this.queries = queries;
  }

  JournalEntry of(JournalEntry entry) {
    if (entry instanceof Intent e) {
      return new Intent(
          e.exchange(),
          e.permitted(),
          e.issuer(),
          e.subject(),
          e.client(),
          e.session(),
          e.remote(),
          e.route(),
          e.role(),
          e.purpose(),
          e.interaction(),
          target(e.target()),
          query(e.query()),
          e.rule(),
          e.policy());
    }
    if (entry instanceof Outcome e) {
      return new Outcome(
          e.exchange(),
          e.intent(),
          e.status(),
          resources(e.resources()),
          e.removed(),
          e.withheld(),
          e.bytes(),
          e.digest());
    }
    if (entry instanceof Disclosure e) {
      return new Disclosure(
          e.exchange(),
          e.intent(),
          e.number(),
          resources(e.resources()),
          e.removed(),
          e.withheld(),
          e.bytes(),
          e.digest());
    }
    if (entry instanceof Refused e) {
      return new Refused(
          e.exchange(),
          e.intent(),
          e.status(),
          e.reason(),
          target(e.detail()),
          e.issuer(),
          e.subject(),
          e.client(),
          e.remote(),
          e.route(),
          e.method(),
          target(e.target()));
    }
    if (entry instanceof Lookup e) {
      return new Lookup(
          e.exchange(),
          e.intent(),
          e.relation(),
          e.user(),
          patient.apply(e.patient()),
          VALUE.matcher(e.query()).replaceAll("=…"));
    }
    if (entry instanceof BreakGlass e) {
      return new BreakGlass(
          e.exchange(),
          e.intent(),
          e.issuer(),
          e.subject(),
          e.client(),
          e.role(),
          e.purpose(),
          patient.apply(e.patient()),
          e.reason(),
          e.lifts(),
          e.until(),
          e.route());
    }
    if (entry instanceof JournalRead e) {
      var about = e.patient().isEmpty() ? "" : patient.apply(bare(e.patient()));
      return new JournalRead(
          e.who(), e.host(), e.command(), about, e.user(), e.filter(), e.asked());
    }
    if (entry instanceof Pseudonym e) {
      return new Pseudonym(e.key(), e.tag(), "");
    }
    if (entry instanceof ConfigDiff e) {
      return new ConfigDiff(e.file(), e.before(), e.after(), e.part(), e.parts(), "");
    }
    if (entry instanceof Notice e) {
      return new Notice(
          e.exchange(),
          e.intent(),
          e.to(),
          e.what(),
          e.subject(),
          patient.apply(e.patient()),
          e.message());
    }
    if (entry instanceof Hold e) {
      return new Hold(
          e.from(),
          e.to(),
          e.patient().isEmpty() ? "" : patient.apply(bare(e.patient())),
          e.user(),
          e.authority(),
          e.reason(),
          e.by(),
          e.approved(),
          ""); // the note is signed with the patient's id in it
    }
    return entry; // the others speak of nobody
  }

  private static String bare(String patient) {
    return patient.startsWith("Patient/") ? patient.substring("Patient/".length()) : patient;
  }

  private String target(String text) {
    return PATIENT.matcher(text).replaceAll(m -> "Patient/" + patient.apply(m.group(1)));
  }

  // A search by a patient's id says who it is about, in a value.
  private String query(String query) {
    return queries ? target(query) : VALUE.matcher(query).replaceAll("=…");
  }

  private List<Resource> resources(List<Resource> resources) {
    return resources.stream()
        .map(
            r ->
                new Resource(
                    r.type(),
                    r.type().equals("Patient") ? patient.apply(r.id()) : r.id(),
                    r.patients().stream().map(patient).toList()))
        .toList();
  }
}
