package io.sallyport.policy.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InteractionParserTest {
  private final InteractionParser parser = new InteractionParser(Definitions.r4());

  @Test
  void interactionsAreUnderstood() {
    assertThat(get("Patient/123").kind()).isEqualTo(Kind.READ);
    assertThat(get("Patient/123/_history/2").kind()).isEqualTo(Kind.VREAD);
    assertThat(get("Patient").kind()).isEqualTo(Kind.SEARCH);
    assertThat(get("metadata").kind()).isEqualTo(Kind.CAPABILITIES);
    assertThat(get("Patient/123?_format=json&_pretty=true").parameters()).isEmpty();
    assertThat(get("Patient?_format=application/fhir+json").parameters()).isEmpty();
  }

  @Test
  void historyAndOperationsAreUnderstoodAndAreTheSameWhenTheyAreSentOn() {
    for (String url :
        List.of(
            "Patient/1/_history",
            "Patient/_history?_since=2026-01-01T00:00:00Z&_count=5",
            "Patient/1/_history?_at=2026-01",
            "Patient/1/$everything",
            "Patient/1/$everything?start=2026&end=2026-02&_type=Condition,Observation&_count=900",
            "Observation/$lastn?max=3&code=http://loinc.org|1&patient=Patient/1")) {
      Interaction asked = get(url);
      String sent = InteractionParser.forwarded(asked);
      assertThat(get(sent)).as(url).isEqualTo(asked);
      assertThat(asked.kind().bundles()).as(url).isTrue();
    }
    assertThat(get("Patient/1/_history").kind()).isEqualTo(Kind.HISTORY);
    assertThat(get("Patient/1/$everything").kind()).isEqualTo(Kind.EVERYTHING);
    assertThat(get("Observation/$lastn").kind()).isEqualTo(Kind.LASTN);
    assertThat(get("Observation/$lastn?max=2&code=a").parameters()).hasSize(2);
  }

  @Test
  @Tag("A14")
  void aSearchIsTheSameInThreeForms() {
    Interaction url = get("Patient?gender=female&name:exact=Ann%20Lee");
    Interaction form = post("Patient/_search", null, "gender=female&name:exact=Ann+Lee");
    Interaction mixed = post("Patient/_search", "gender=female", "name%3Aexact=Ann%20Lee");

    assertThat(form).isEqualTo(url);
    assertThat(mixed).isEqualTo(url);
    assertThat(InteractionParser.canonical(url))
        .isEqualTo("Patient?gender=female&name:exact=Ann%20Lee");
  }

  @Test
  void a15ASearchInACompartmentIsTheSearchByTheLinkThatNamesThePatient() {
    Interaction plain = get("Condition?code=1&patient=Patient/123");

    assertThat(get("Patient/123/Condition?code=1")).isEqualTo(plain);
    assertThat(post("Patient/123/Condition/_search", null, "code=1")).isEqualTo(plain);
    assertThat(post("Patient/123/Condition/_search", "code=1", "")).isEqualTo(plain);
    assertThat(get("Patient/123/Coverage")).isEqualTo(get("Coverage?patient=Patient/123"));
    assertThat(get("Patient/123/Account")).isEqualTo(get("Account?patient=Patient/123"));
    assertThat(get("Patient/123/Schedule")).isEqualTo(get("Schedule?actor=Patient/123"));
    assertThat(get("Patient/123/Patient")).isEqualTo(get("Patient?_id=123"));
  }

  @Test
  void everyTypeInTheCompartmentHasOneLinkThatItIsSearchedBy() {
    PatientLinks links = new PatientLinks(Definitions.r4());
    for (String type : Definitions.r4().resources()) {
      boolean member = !Definitions.r4().patientCompartment(type).isEmpty();
      assertThat(links.link(type) != null).as(type).isEqualTo(member);
      assertThat(!member || links.toPatient(type, links.link(type))).as(type).isTrue();
    }
  }

  @Test
  void howResultsAreWantedIsUnderstoodAndNotSentOn() {
    Interaction read = get("Observation/1?_elements=value,status,value&_pretty=false");
    assertThat(read.parameters()).isEmpty();
    assertThat(read.results().elements()).containsExactly("value", "status");
    assertThat(InteractionParser.canonical(read)).isEqualTo("Observation/1?_elements=value,status");
    assertThat(InteractionParser.forwarded(read)).isEqualTo("Observation/1");

    Interaction search = post("Patient/_search", "_total=none", "_summary=true&gender=female");
    assertThat(InteractionParser.canonical(search))
        .isEqualTo("Patient?gender=female&_summary=true&_total=none");
    assertThat(InteractionParser.forwarded(search)).isEqualTo("Patient?gender=female");
    assertThat(get("Patient/1/_history/2?_summary=data").results().subset()).isTrue();
    assertThat(get("Patient/1?_summary=false").results().subset()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_summary=count&gender=female",
        "gender=female&_count=0",
        "_count=0&gender=female"
      })
  void onlyTheNumberOfMatchesIsAskedForAsSuch(String query) {
    Interaction asked = get("Patient?" + query);
    assertThat(asked.counts()).isTrue();
    assertThat(InteractionParser.forwarded(asked))
        .isEqualTo("Patient?gender=female&_summary=count");
    assertThat(get("Patient?_count=10").counts()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, Patient/1, INTERACTION_NOT_SUPPORTED",
    "PUT, Patient/1, INTERACTION_NOT_SUPPORTED",
    "PATCH, Patient/1, INTERACTION_NOT_SUPPORTED",
    "POST, Patient, INTERACTION_NOT_SUPPORTED",
    "POST, '', INTERACTION_NOT_SUPPORTED",
    "GET, '', INTERACTION_NOT_SUPPORTED",
    "GET, Observation/1/$everything, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/$everything, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/$lastn, INTERACTION_NOT_SUPPORTED",
    "GET, Observation/1/$lastn, INTERACTION_NOT_SUPPORTED",
    "GET, Composition/1/$document, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/$summary, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/$meta, INTERACTION_NOT_SUPPORTED",
    "GET, Observation/$stats, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/$everything/2, INTERACTION_NOT_SUPPORTED",
    "POST, Patient/1/$everything, INTERACTION_NOT_SUPPORTED",
    "POST, Observation/$lastn, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/$everything?start=yesterday, MALFORMED_REQUEST",
    "GET, Patient/1/$everything?_since=2026, MALFORMED_REQUEST",
    "GET, Patient/1/$everything?_type=Condition&_type=Patient, MALFORMED_REQUEST",
    "GET, 'Patient/1/$everything?_type=Condition,condition', MALFORMED_REQUEST",
    "GET, Patient/1/$everything?_count=0, MALFORMED_REQUEST",
    "GET, Patient/1/$everything?_include=Patient:link, UNKNOWN_PARAMETER",
    "GET, Patient/1/$everything?_total=none, UNKNOWN_PARAMETER",
    "GET, Observation/$lastn?max=0, MALFORMED_REQUEST",
    "GET, Observation/$lastn?max=x, MALFORMED_REQUEST",
    "GET, Observation/$lastn?_sort=date, UNKNOWN_PARAMETER",
    "GET, Observation/$lastn?_include=Observation:subject, UNKNOWN_PARAMETER",
    "GET, Observation/$lastn?_filter=a, UNKNOWN_PARAMETER",
    "GET, Patient/$match, INTERACTION_NOT_SUPPORTED",
    "GET, $export, INTERACTION_NOT_SUPPORTED",
    "GET, _history, INTERACTION_NOT_SUPPORTED",
    "POST, Patient/_history, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/_history/2/3, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/_history/2, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/_history?name=x, UNKNOWN_PARAMETER",
    "GET, Patient/1/_history?_sort=_lastUpdated, UNKNOWN_PARAMETER",
    "GET, Patient/1/_history?_since=2026-01-01, MALFORMED_REQUEST",
    "GET, Patient/1/_history?_at=ge2026, MALFORMED_REQUEST",
    "GET, Patient/_history?_count=2&_count=3, MALFORMED_REQUEST",
    "GET, Patient/1/*, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/*?code=1, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/Practitioner, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/1/condition, UNKNOWN_ROUTE",
    "GET, Patient/1/Condition/2, INTERACTION_NOT_SUPPORTED",
    "GET, Patient/a_b/Condition, MALFORMED_REQUEST",
    "GET, Encounter/1/Condition, INTERACTION_NOT_SUPPORTED",
    "POST, Patient/1/Condition, INTERACTION_NOT_SUPPORTED",
    "POST, Patient/1/*/_search, INTERACTION_NOT_SUPPORTED",
    "POST, Encounter/1/Condition/_search, INTERACTION_NOT_SUPPORTED",
    "GET, swagger-ui, UNKNOWN_ROUTE",
    "GET, patient/1, UNKNOWN_ROUTE",
    "GET, DomainResource/1, UNKNOWN_ROUTE",
    "GET, Patient//1, MALFORMED_REQUEST",
    "GET, Patient/, MALFORMED_REQUEST",
    "GET, Patient/%31, MALFORMED_REQUEST",
    "GET, Patient/../Binary/1, MALFORMED_REQUEST",
    "GET, Patient/1;jsessionid=2, MALFORMED_REQUEST",
    "GET, Patient/a_b, MALFORMED_REQUEST",
    "GET, Patient/1?name=x, UNKNOWN_PARAMETER",
    "GET, Patient?_elements=status, UNKNOWN_PARAMETER",
    "GET, Patient/1?_elements=status, UNKNOWN_PARAMETER",
    "GET, 'Patient?_elements=name,', UNKNOWN_PARAMETER",
    "GET, Patient?_elements=name.family, UNKNOWN_PARAMETER",
    "GET, Patient?_elements=Patient.name, UNKNOWN_PARAMETER",
    "GET, Patient?_elements=, UNKNOWN_PARAMETER",
    "GET, Patient?_elements=name&_elements=id, MALFORMED_REQUEST",
    "GET, Patient?_elements:exact=name, MALFORMED_REQUEST",
    "GET, Patient?_elements=name&_summary=text, MALFORMED_REQUEST",
    "GET, Patient?_summary=all, MALFORMED_REQUEST",
    "GET, Patient?_summary=TRUE, MALFORMED_REQUEST",
    "GET, Patient?_summary=, MALFORMED_REQUEST",
    "GET, Patient?_summary=true&_summary=true, MALFORMED_REQUEST",
    "GET, Patient/1?_summary=count, UNKNOWN_PARAMETER",
    "GET, Patient?_total=some, MALFORMED_REQUEST",
    "GET, Patient?_total=none&_total=none, MALFORMED_REQUEST",
    "GET, Patient/1?_total=none, UNKNOWN_PARAMETER",
    "GET, metadata?_summary=true, UNKNOWN_PARAMETER",
    "GET, Patient?_pretty=yes, MALFORMED_REQUEST",
    "GET, Patient/1?_pretty=, MALFORMED_REQUEST",
    "GET, Patient?_filter=a, UNKNOWN_PARAMETER",
    "GET, Patient?_contained=true, UNKNOWN_PARAMETER",
    "GET, Patient?_containedType=container, UNKNOWN_PARAMETER",
    "GET, Patient?_format=xml, NOT_ACCEPTABLE",
    "GET, Patient?_format=html/json, NOT_ACCEPTABLE",
    "GET, Patient?_format=json&_format=xml, MALFORMED_REQUEST",
    "GET, Patient?_count=1001, MALFORMED_REQUEST",
    "GET, Patient?_count=-1, MALFORMED_REQUEST",
    "GET, Patient?_sort=a&_sort=b, MALFORMED_REQUEST",
    "GET, Patient?name, MALFORMED_REQUEST",
    "GET, Patient?=x, MALFORMED_REQUEST",
    "GET, Patient?a=1&&b=2, MALFORMED_REQUEST",
    "GET, Patient?a=1;b=2, MALFORMED_REQUEST",
    "GET, Patient?name=%zz, MALFORMED_REQUEST",
    "GET, Patient?name=%4, MALFORMED_REQUEST",
    "GET, Patient?name=%00, MALFORMED_REQUEST",
    "GET, Patient?name=%c0%af, MALFORMED_REQUEST",
    "GET, Patient?na%20me=x, MALFORMED_REQUEST",
    "GET, Patient?name=, MALFORMED_REQUEST",
  })
  void everythingElseIsRefused(String method, String target, Reason reason) {
    assertThat(refused(method, target).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "text/plain",
        "",
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data"
      })
  void aSearchBodyIsAForm(String contentType) {
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () ->
                parser.parse(
                    "POST",
                    "Patient/_search",
                    null,
                    contentType,
                    "a=b".getBytes(StandardCharsets.UTF_8)));
    assertThat(refusal.reason()).isEqualTo(Reason.UNSUPPORTED_MEDIA_TYPE);
  }

  @Test
  void chainsAndIncludesReachThePolicyByName() {
    assertThat(get("Observation?subject:Patient.birthdate=1970").parameters().get(0).modifier())
        .isEqualTo("Patient.birthdate");
    assertThat(get("Patient?_has:Observation:patient:code=1").parameters().get(0).name())
        .isEqualTo("_has");
    assertThat(get("Observation?_include:iterate=a").parameters().get(0).name())
        .isEqualTo("_include");
  }

  @Test
  void aRefusalCarriesNoValue() {
    assertThat(refused("GET", "Patient?name=%zzcanary")).hasMessageNotContaining("canary");
    assertThat(refused("GET", "Patient?_count=canary")).hasMessageNotContaining("canary");
  }

  @Test
  @Tag("A18")
  void whatThePolicySawIsWhatTheUpstreamWouldRead() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "abzAZ09 %&=+?#/;:|,\"'<>\\^`{}é€😀-._~$@!*()[]";
    int[] points = alphabet.codePoints().toArray();
    for (int i = 0; i < 2000; i++) {
      StringBuilder value = new StringBuilder("x");
      for (int n = random.nextInt(12); n > 0; n--) {
        value.appendCodePoint(points[random.nextInt(points.length)]);
      }
      Interaction asked =
          new Interaction(
              Kind.SEARCH,
              "Patient",
              "",
              "",
              List.of(
                  new Interaction.Parameter("name", "exact", value.toString()),
                  new Interaction.Parameter("family", "", value.toString())));
      assertThat(get(InteractionParser.canonical(asked))).as("seed %d", seed).isEqualTo(asked);
    }
  }

  @Test
  void noInputMakesAnythingButAnInteractionOrARefusal() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] pieces = {
      "Patient",
      "/",
      "?",
      "&",
      "=",
      "%",
      "%4",
      "%41",
      "_",
      "$",
      "..",
      ".",
      "1",
      ":",
      "_search",
      "_history",
      "_count",
      "\u0000",
      "é",
      ";",
      "\\",
      "metadata",
      "|",
      " ",
      "\uD800"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder target = new StringBuilder();
      for (int n = random.nextInt(8); n > 0; n--) {
        target.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        assertThat(get(target.toString())).as("seed %d", seed).isNotNull();
      } catch (Refusal expected) {
        assertThat(expected.reason().status()).isBetween(400, 406);
      }
    }
  }

  private Interaction get(String target) {
    return parse("GET", target);
  }

  private Interaction parse(String method, String target) {
    int question = target.indexOf('?');
    return question < 0
        ? parser.parse(method, target, null, "", null)
        : parser.parse(
            method, target.substring(0, question), target.substring(question + 1), "", null);
  }

  private Interaction post(String path, String query, String form) {
    return parser.parse(
        "POST",
        path,
        query,
        "application/x-www-form-urlencoded;charset=UTF-8",
        form.getBytes(StandardCharsets.UTF_8));
  }

  private Refusal refused(String method, String target) {
    return catchThrowableOfType(Refusal.class, () -> parse(method, target));
  }
}
