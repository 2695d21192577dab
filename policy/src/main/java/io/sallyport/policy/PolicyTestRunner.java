package io.sallyport.policy;

import io.sallyport.policy.PolicyTest.Expect;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.BundleForm;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Runs tests of a policy by the decision and the redactor that serve: what it says of an answer is
 * what a caller would get. A searchset is one page.
 */
public final class PolicyTestRunner {
  /** Where the fixtures come from and the answers lead to. Reserved by RFC 2606. */
  private static final Rebase BASE =
      new Rebase("https://upstream.invalid/fhir", "https://sallyport.example/fhir");

  private final PolicySet policy;
  private final Function<String, String> files;
  private final Instant time;

  /**
   * @param files the text of a file by its name; null when it cannot be read
   * @param time when the requests are made
   */
  public PolicyTestRunner(PolicySet policy, Function<String, String> files, Instant time) {
    this.policy = policy;
    this.files = files;
    this.time = time;
  }

  /** What came of a request. */
  private record Came(
      int status,
      String reason,
      String sent,
      String body,
      List<String> entries,
      int asked,
      Decision.Permit permit) {
    /** What the journal says of it. */
    String outcome() {
      if (permit == null) {
        return "denied";
      }
      return notified().isEmpty() ? "permitted" : "break-glass";
    }

    /** The glass breaks for a patient that is known: by the request, or by what it released. */
    String notified() {
      Related related = permit == null ? null : permit.release().related();
      boolean breaks = related != null && related.broken() != null;
      return breaks && (status == 200 || !related.named().isEmpty())
          ? related.broken().tells()
          : "";
    }
  }

  /** What is not as the test expects, each a sentence; empty when all is. */
  public List<String> run(PolicyTest test) {
    List<String> wrong = new ArrayList<>();
    if (!policy.roles().contains(test.role())) {
      return List.of("there is no role '" + test.role() + "'." + hint(test.role()));
    }
    for (String relation : test.relations().keySet()) {
      if (!policy.relations().contains(relation)) {
        return List.of(
            "there is no relation '"
                + relation
                + "'."
                + Nearest.hint(relation, policy.relations()));
      }
    }
    try {
      compare(test.expect(), come(test), wrong);
    } catch (MissingFile missing) {
      return List.of("'" + missing.getMessage() + "' is not there or cannot be read");
    }
    return wrong;
  }

  private String hint(String role) {
    return Nearest.hint(role, policy.roles());
  }

  private static final class MissingFile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingFile(String name) {
      super(name);
    }
  }

  private String file(String name) {
    String text = files.apply(name);
    if (text == null) {
      throw new MissingFile(name);
    }
    return text;
  }

  private Came come(PolicyTest test) {
    Decision.Permit permit = null;
    String sent = null;
    try {
      // Tests name resources by their ids; a caller with pseudonyms would name them by those.
      Interaction asked = policy.asCallers(test.role(), parse(test.request()));
      Claims claims = new Claims(test.claims());
      if (!test.relations().isEmpty()) {
        claims = policy.withUser(claims);
      }
      AccessRequest request =
          new AccessRequest(
              claims,
              asked,
              time,
              claims.strings("client_id").stream().findFirst().orElse(""),
              new Circumstances(List.of(), test.reason(), patient -> false));
      Decision decision = policy.decide(test.role(), test.purposes(), request);
      if (decision instanceof Decision.Deny deny) {
        throw new Refusal(deny.reason(), deny.detail());
      }
      permit = (Decision.Permit) decision;
      if (permit.release().related() != null) {
        permit
            .release()
            .related()
            .suppose(
                (relation, patient) ->
                    test.relations()
                        .getOrDefault(relation, List.of())
                        .contains("Patient/" + patient));
      }
      sent = InteractionParser.forwarded(permit.interaction());
      return answer(test, permit, sent);
    } catch (Refusal refused) {
      Reason reason = refused.reason();
      return new Came(
          reason.status(), reason.name(), sent, "", List.of(), permit == null ? 0 : 1, permit);
    }
  }

  private Interaction parse(String request) {
    String[] words = request.split(" ", 2);
    String target = words.length < 2 ? "" : words[1].strip();
    target = target.startsWith("/") ? target.substring(1) : target;
    int question = target.indexOf('?');
    return new InteractionParser(policy.definitions())
        .parse(
            words[0],
            question < 0 ? target : target.substring(0, question),
            question < 0 ? null : target.substring(question + 1),
            "",
            null);
  }

  private Came answer(PolicyTest test, Decision.Permit permit, String sent) {
    int status = test.backend().status();
    if (status != 200) {
      throw new Refusal(
          status == 404 || status == 410 ? Reason.NOT_FOUND : Reason.UPSTREAM_ERROR, "backend");
    }
    String answer = permit.nothing() ? BundleForm.NOTHING_FOUND : file(test.backend().file());
    byte[] json = answer.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    List<String> entries = new ArrayList<>();
    Redactor redactor = new Redactor(Limits.DEFAULT);
    if (permit.interaction().kind().bundles()) {
      BundleStream stream =
          new BundleStream(redactor, permit.view(), Limits.DEFAULT, envelope(permit));
      stream.feed(json, 0, json.length);
      stream.finish();
      for (Redacted window = stream.window(); window != null; window = stream.window()) {
        window.writeTo(body::write);
        window.facts().forEach(fact -> entries.add(fact.type() + "/" + fact.id()));
      }
    } else {
      resource(redactor, permit, json).writeTo(body::write);
    }
    int requests = permit.nothing() ? 0 : 1;
    return new Came(
        200, "", sent, body.toString(StandardCharsets.UTF_8), entries, requests, permit);
  }

  private static Redacted resource(Redactor redactor, Decision.Permit permit, byte[] json) {
    Interaction asked = permit.interaction();
    Redacted redacted =
        redactor.redact(
            permit.view(),
            Redactor.Layer.EXCHANGE,
            Arrays.copyOf(json, json.length + Redactor.PADDING),
            0,
            json.length,
            asked.type(),
            BASE);
    Fact fact = redacted.facts().get(0);
    if (!fact.id().equals(asked.id())) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "another resource");
    }
    if (!permit.release().holds(fact)) {
      throw new Refusal(Reason.NOT_FOUND, "withheld");
    }
    return redacted;
  }

  private static Envelope envelope(Decision.Permit permit) {
    return new Envelope(
        permit.interaction().type(),
        permit.release(),
        BASE,
        link -> BASE.external() + "?_page=sealed",
        BASE.external() + "/" + InteractionParser.canonical(permit.shown()),
        64 << 10,
        permit.total(),
        permit.includes(),
        permit.form());
  }

  private void compare(Expect expect, Came came, List<String> wrong) {
    if (expect.status() >= 0 && expect.status() != came.status()) {
      String why = came.reason().isEmpty() ? "" : " (" + came.reason() + ")";
      wrong.add("status is " + came.status() + why + ", expected " + expect.status());
    }
    if (!expect.reason().isEmpty() && !expect.reason().equals(came.reason())) {
      wrong.add("reason is '" + came.reason() + "', expected " + expect.reason());
    }
    if (expect.sent() != null && !expect.sent().equals(came.sent())) {
      wrong.add(
          "the record system is sent '" + came.sent() + "', expected '" + expect.sent() + "'");
    }
    if (expect.backendRequests() >= 0 && expect.backendRequests() != came.asked()) {
      wrong.add("the record system is asked " + came.asked() + " times");
    }
    if (expect.entries() != null && !expect.entries().equals(came.entries())) {
      wrong.add("entries are " + came.entries() + ", expected " + expect.entries());
    }
    if (!expect.outcome().isEmpty() && !expect.outcome().equals(came.outcome())) {
      wrong.add("the journal says " + came.outcome() + ", expected " + expect.outcome());
    }
    if (!expect.notified().isEmpty() && !expect.notified().equals(came.notified())) {
      wrong.add("'" + came.notified() + "' is told, expected " + expect.notified());
    }
    JsonText body = came.body().isEmpty() ? JsonText.EMPTY : JsonText.of(came.body());
    if (!came.body().isEmpty() && !body.sound()) {
      wrong.add("the answer is nested too deeply to be looked into");
    }
    if (expect.total() >= 0 && !body.at("total").equals(List.of("" + expect.total()))) {
      wrong.add("total is " + body.at("total") + ", expected " + expect.total());
    }
    for (String element : expect.absent()) {
      if (element.indexOf('.') < 0 ? body.has(element) : body.resourceHas(element)) {
        wrong.add("'" + element + "' is in the answer");
      }
    }
    for (String text : expect.never()) {
      if (came.body().contains(text) || body.says(text)) {
        wrong.add("the text '" + text + "' is in the answer");
      }
    }
    if (!expect.body().isEmpty()) {
      JsonText golden = JsonText.of(file(expect.body()));
      String difference = golden.sound() ? body.difference(golden) : "that file is no JSON";
      if (difference != null) {
        wrong.add("the answer is not " + expect.body() + ": " + difference);
      }
    }
  }
}
