package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Fact;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import java.util.List;
import java.util.Map;

/** What the journal is told of an exchange: the only place where its words become records. */
final class Entries {
  /** Attackers choose paths and details; a record of them is bounded. */
  private static final int TEXT_MAX = 512;

  private Entries() {}

  static JournalEntry intent(Exchange x, Interaction asked, Decision decision) {
    Identity who = x.identity();
    boolean permitted = decision instanceof Decision.Permit;
    Interaction sent =
        decision instanceof Decision.Permit p && !p.nothing() ? p.interaction() : asked;
    String canonical = InteractionParser.canonical(sent);
    int question = canonical.indexOf('?');
    return new JournalEntry.Intent(
        x.id(),
        permitted,
        who.issuer(),
        who.subject(),
        who.client(),
        who.token(),
        x.remote(),
        x.route().path(),
        decision.role(),
        decision.purpose(),
        sent.kind().code() + (x.page() == null ? "" : "-page"),
        question < 0 ? canonical : canonical.substring(0, question),
        question < 0 ? "" : canonical.substring(question + 1),
        x.observation() == null || !permitted
            ? decision.rule()
            : JournalEntry.OBSERVED + x.observation().rule(),
        x.route().policy().hash());
  }

  static JournalEntry released(Exchange x, Answer.Disclosure d) {
    List<Resource> resources = d.proof().facts().stream().map(Entries::resource).toList();
    long bytes = d.body().readableBytes();
    if (d.whole()) {
      return new JournalEntry.Outcome(
          x.id(),
          x.intent(),
          d.head().status(),
          resources,
          d.proof().removed(),
          d.proof().withheld(),
          bytes,
          d.digest());
    }
    return new JournalEntry.Disclosure(
        x.id(),
        x.intent(),
        d.number(),
        resources,
        d.proof().removed(),
        d.proof().withheld(),
        bytes,
        d.digest());
  }

  static JournalEntry released(Exchange x, Answer.Authored a) {
    return new JournalEntry.Outcome(
        x.id(),
        x.intent(),
        a.head().status(),
        List.of(),
        Map.of(),
        0,
        a.body().readableBytes(),
        a.digest());
  }

  static JournalEntry refused(Exchange x, Refusal why) {
    Identity who = x.identity();
    return new JournalEntry.Refused(
        x.id(),
        x.intent(),
        why.reason().status(),
        why.reason().name(),
        text(why.getMessage()),
        who == null ? "" : who.issuer(),
        who == null ? "" : who.subject(),
        who == null ? "" : who.client(),
        x.remote(),
        x.route() == null ? "" : x.route().path(),
        text(x.head().method()),
        text(x.head().path()));
  }

  static JournalEntry closed(Exchange x, boolean complete, String reason) {
    Windows.Totals totals = x.windows().totals();
    return new JournalEntry.Close(
        x.id(),
        x.intent(),
        complete,
        totals.status(),
        totals.windows(),
        totals.resources(),
        totals.bytes(),
        totals.digest(),
        reason);
  }

  private static Resource resource(Fact fact) {
    return new Resource(fact.type(), fact.id(), fact.patients());
  }

  private static String text(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
  }
}
