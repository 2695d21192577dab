package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.ReleaseRule;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.Plant.Place;
import io.sallyport.policy.redact.Plant.Planted;
import io.sallyport.policy.redact.Plant.Step;
import io.sallyport.policy.redact.Redactor.Layer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The eighteen identifiers of 45 CFR 164.514(b)(2)(i), element by element: a value is put in every
 * element of R4 that may hold one, a resource for each, and looked for in what the presets leave.
 */
class SafeHarborTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQR";

  /** What tells a number or an address of the net which of the eighteen it is. */
  private static final Map<Character, String> NUMBERS =
      Map.of(
          'G', "\"system\":\"http://hl7.org/fhir/sid/us-ssn\"",
          'H', type("MR"),
          'I', type("MB"),
          'J', type("AN"),
          'K', type("DL"),
          'L', "\"system\":\"urn:iso:std:iso:3779\"",
          'M', type("UDI"),
          'R', type("ACSN"));

  private static final Map<Character, String> CONTACTS =
      Map.of(
          'D', "\"system\":\"phone\"",
          'E', "\"system\":\"fax\"",
          'F', "\"system\":\"email\"",
          'N', "\"system\":\"url\"");

  /** Elements that are one by themselves, or with all that is below them; by path or datatype. */
  private static final Map<Character, Set<String>> NAMED =
      Map.ofEntries(
          Map.entry(
              'A',
              Set.of(
                  "HumanName",
                  "Reference.display",
                  "Annotation.author",
                  "Signature.who",
                  "Signature.onBehalfOf",
                  "ContactDetail.name",
                  "Account.name",
                  "Group.name",
                  "List.title",
                  "CareTeam.name",
                  "Organization.name",
                  "Organization.alias",
                  "Location.name",
                  "Location.alias",
                  "HealthcareService.name")),
          Map.entry(
              'B',
              Set.of(
                  "Address.line",
                  "Address.city",
                  "Address.district",
                  "Address.text",
                  "Address.postalCode",
                  "Location.name",
                  "Location.description",
                  "Location.position")),
          Map.entry(
              'C', Set.of("Age.value", "FamilyMemberHistory.age", "FamilyMemberHistory.born")),
          Map.entry(
              'I',
              Set.of(
                  "Coverage.subscriberId",
                  "Coverage.dependent",
                  "Coverage.class.value",
                  "Claim.insurance.preAuthRef",
                  "ExplanationOfBenefit.preAuthRef",
                  "ExplanationOfBenefit.insurance.preAuthRef",
                  "ClaimResponse.preAuthRef")),
          Map.entry('J', Set.of("Account.id", "Claim.id", "ExplanationOfBenefit.id")),
          Map.entry('K', Set.of("Practitioner.id", "Practitioner.qualification")),
          Map.entry(
              'L', Set.of("Claim.accident.location", "ExplanationOfBenefit.accident.location")),
          Map.entry(
              'M',
              Set.of(
                  "Device.identifier",
                  "Device.udiCarrier",
                  "Device.serialNumber",
                  "Device.distinctIdentifier",
                  "Device.lotNumber",
                  "Device.deviceName",
                  "DeviceUseStatement.device",
                  "Procedure.focalDevice",
                  "Observation.device",
                  "Media.device")),
          Map.entry('N', Set.of("Attachment.url", "Endpoint.address")),
          Map.entry('O', Set.of("AuditEvent.agent.network", "AuditEvent.source")),
          Map.entry('P', Set.of("Media.content", "Attachment.data", "Binary.data")),
          Map.entry(
              'Q',
              Set.of(
                  "Patient.photo",
                  "Person.photo",
                  "Practitioner.photo",
                  "RelatedPerson.photo",
                  "BodyStructure.image",
                  "DiagnosticReport.presentedForm",
                  "Media.content")),
          Map.entry(
              'R',
              Set.of(
                  "Reference.reference",
                  "Reference.identifier",
                  "Meta.versionId",
                  "Meta.source",
                  "ImagingStudy.series.uid",
                  "ImagingStudy.series.instance.uid",
                  "CodeableConcept.text",
                  "Coding.display",
                  "Narrative",
                  "Annotation.text",
                  "Attachment.title",
                  "Attachment.hash",
                  "Signature.data",
                  "Extension",
                  "Communication.payload",
                  "QuestionnaireResponse.item.answer",
                  "Task.input",
                  "AuditEvent.entity.query")));

  /** What a limited data set may keep, 164.514(e)(2): towns, states, postal codes, dates, ids. */
  private static final String KEPT =
      """
      B Patient.address.city
      B Patient.address.postalCode
      C Condition.abatementDateTime
      C Condition.meta.lastUpdated
      C Condition.onsetAge.value
      C Condition.onsetDateTime
      C Condition.onsetPeriod.end
      C Condition.onsetPeriod.start
      C Condition.recordedDate
      C Encounter.meta.lastUpdated
      C Encounter.period.end
      C Encounter.period.start
      C MedicationRequest.authoredOn
      C MedicationRequest.meta.lastUpdated
      C Observation.effectiveDateTime
      C Observation.effectivePeriod.end
      C Observation.effectivePeriod.start
      C Observation.issued
      C Observation.meta.lastUpdated
      C Observation.valueDateTime
      C Observation.valuePeriod.end
      C Observation.valuePeriod.start
      C Patient.address.period.end
      C Patient.address.period.start
      C Patient.birthDate
      C Patient.deceasedDateTime
      C Patient.meta.lastUpdated
      C Procedure.meta.lastUpdated
      C Procedure.performedDateTime
      C Procedure.performedPeriod.end
      C Procedure.performedPeriod.start
      R Condition.encounter.reference
      R Condition.id
      R Condition.meta.versionId
      R Condition.subject.reference
      R Encounter.id
      R Encounter.meta.versionId
      R Encounter.subject.reference
      R MedicationRequest.encounter.reference
      R MedicationRequest.id
      R MedicationRequest.meta.versionId
      R MedicationRequest.subject.reference
      R Observation.encounter.reference
      R Observation.id
      R Observation.meta.versionId
      R Observation.subject.reference
      R Patient.id
      R Patient.link.other.reference
      R Patient.meta.versionId
      R Procedure.encounter.reference
      R Procedure.id
      R Procedure.meta.versionId
      R Procedure.subject.reference
      """;

  private static final Map<String, View> WIDE = new TreeMap<>();
  private static final Redactor REDACTOR = new Redactor(Limits.DEFAULT);
  private static final List<Planted> PLANTED = new ArrayList<>();
  private static final Map<Planted, Set<Character>> MEANT = new IdentityHashMap<>();

  private static String type(String code) {
    return "\"type\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v2-0203\",\"code\":\""
        + code
        + "\"}]}";
  }

  @BeforeAll
  static void plant() {
    Plant plant = new Plant();
    for (String resource : Definitions.r4().resources()) {
      Plant.places(
          resource,
          place -> {
            Step last = place.last();
            if (last.is("Identifier.value")) {
              NUMBERS.forEach((letter, told) -> add(plant.at(place, "Identifier", told), letter));
            } else if (last.is("ContactPoint.value")) {
              CONTACTS.forEach(
                  (letter, told) -> add(plant.at(place, "ContactPoint", told), letter));
            } else {
              Planted planted = plant.at(place, "", "");
              identifiers(place).forEach(letter -> add(planted, letter));
            }
          });
    }
  }

  private static void add(Planted planted, char letter) {
    if (!planted.json().contains(planted.written())) {
      return; // true and 10:00:00 are nobody's
    }
    if (MEANT.computeIfAbsent(planted, p -> new TreeSet<>()).isEmpty()) {
      PLANTED.add(planted);
    }
    MEANT.get(planted).add(letter);
  }

  /** Which of the eighteen a value at a place may be. */
  private static Set<Character> identifiers(Place place) {
    Set<Character> letters = new TreeSet<>();
    Step last = place.last();
    NAMED.forEach(
        (letter, patterns) -> {
          String path = place.resource();
          for (Step step : place.steps()) {
            path += "." + step.element().name();
            if (patterns.contains(step.type())
                || patterns.contains(step.owner() + "." + step.element().name())
                || patterns.contains(path)) {
              letters.add(letter);
            }
          }
        });
    if (Set.of("date", "dateTime", "instant").contains(last.type())) {
      letters.add('C');
    }
    if (last.type().equals("markdown") || last.key().endsWith("String")) {
      letters.add('R'); // free text
    }
    if (last.is(place.resource() + ".id")) {
      letters.add('R');
    }
    return letters;
  }

  private static String file(String name) throws IOException {
    return Files.readString(ROOT.resolve("config-samples/policies/" + name + ".yaml"));
  }

  private static View view(String name, String text) {
    List<String> problems = new ArrayList<>();
    PolicySet policy = PolicySet.read(name, text, problem -> problems.add(problem.toString()));
    assertThat(policy).as("%s", problems).isNotNull();
    return policy.view(name);
  }

  /** What shows of all that was put there, each as {@code B Patient.address.city}. */
  private static TreeSet<String> shown(View view, Map<Character, Integer> released)
      throws IOException {
    TreeSet<String> shown = new TreeSet<>();
    for (Planted planted : PLANTED) {
      for (Layer layer : Layer.values()) {
        byte[] out = redacted(view, layer, planted.json());
        boolean shows = shows(out, planted);
        for (char letter : MEANT.get(planted)) {
          if (shows) {
            shown.add(letter + " " + planted.place().path());
          } else if (out.length > 0) {
            released.merge(letter, 1, Integer::sum);
          }
        }
      }
    }
    return shown;
  }

  /** The redactor copies: what it leaves stands as it was written. */
  private static boolean shows(byte[] out, Planted planted) {
    String text = new String(out, StandardCharsets.UTF_8);
    return text.contains(planted.written());
  }

  /** Nothing where the resource is withheld. */
  private static byte[] redacted(View view, Layer layer, String json) {
    try {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      return Views.bytes(Views.redact(REDACTOR, view, layer, bytes));
    } catch (Refusal refused) {
      return new byte[0];
    }
  }

  private static void print(String name, Map<Character, Integer> released) {
    StringBuilder counts = new StringBuilder("SafeHarborTest: " + name + ", (letter) elements");
    for (char letter : LETTERS.toCharArray()) {
      long planted =
          PLANTED.stream()
              .filter(one -> MEANT.get(one).contains(letter))
              .map(one -> one.place().path())
              .distinct()
              .count();
      counts.append(" (").append(letter).append(") ").append(planted);
      assertThat(planted).as("elements of (%s)", letter).isPositive();
      if (letter != 'O') { // AuditEvents alone have one, and are withheld
        assertThat(released.get(letter)).as("released without their (%s)", letter).isPositive();
      }
    }
    System.out.println(counts);
  }

  @Test
  @Tag("C11")
  void ofNoIdentifierAnythingIsLeftBySafeHarbor() throws IOException {
    Map<Character, Integer> released = new TreeMap<>();
    assertThat(shown(view("safe-harbor", file("safe-harbor")), released)).isEmpty();
    print("safe-harbor", released);
  }

  @Test
  @Tag("C11")
  void aLimitedDataSetKeepsWhatItMayAndNothingElse() throws IOException {
    Map<Character, Integer> released = new TreeMap<>();
    TreeSet<String> shown = shown(view("limited-data-set", file("limited-data-set")), released);
    print("limited-data-set", released);
    assertThat(String.join("\n", shown) + "\n").isEqualTo(KEPT);
  }

  /** Inside another resource, and in what a search is answered: with the URL that leads to it. */
  @ParameterizedTest
  @ValueSource(strings = {"safe-harbor", "limited-data-set"})
  @Tag("C4")
  void norInsideOthersOrInBundles(String name) throws IOException {
    View view = view(name, file(name));
    Set<String> kept = Set.of((name.startsWith("s") ? "" : KEPT).split("\n"));
    for (String resource : Definitions.r4().resources()) {
      List<Planted> own =
          PLANTED.stream().filter(one -> one.place().resource().equals(resource)).toList();
      for (int from = 0; from < own.size(); from += 2000) {
        List<Planted> some = own.subList(from, Math.min(from + 2000, own.size()));
        String inside =
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"contained\":["
                + some.stream().map(Planted::json).collect(Collectors.joining(","))
                + "]}";
        for (Layer layer : Layer.values()) {
          requireNone(some, redacted(view, layer, inside), Set.of());
        }
        requireNone(some, searchset(view, resource, some), kept);
      }
    }
  }

  private static void requireNone(List<Planted> planted, byte[] out, Set<String> kept)
      throws IOException {
    if (out.length == 0) {
      return;
    }
    String text = new String(out, StandardCharsets.UTF_8);
    for (Planted one : planted) {
      String letter = MEANT.get(one).iterator().next() + " ";
      if (!kept.contains(letter + one.place().path())) {
        assertThat(text.contains(one.written())).as(one.json()).isFalse();
      }
    }
  }

  private static byte[] searchset(View view, String type, List<Planted> planted) {
    StringBuilder json = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\"");
    String separator = ",\"entry\":[";
    for (Planted one : planted) {
      boolean id = one.place().last().is(type + ".id");
      String url = Views.REBASE.upstream() + "/" + type + "/" + (id ? one.value() : "r1");
      json.append(separator).append("{\"fullUrl\":\"").append(url);
      json.append("\",\"resource\":").append(one.json()).append('}');
      separator = ",";
    }
    byte[] bytes = json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    Envelope envelope =
        new Envelope(type, ReleaseRule.ANY, Views.REBASE, url -> null, "https://a.example", 65_536);
    BundleStream stream = new BundleStream(REDACTOR, view, Limits.DEFAULT, envelope);
    stream.feed(bytes, 0, bytes.length);
    stream.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (!stream.done()) {
      stream.window().writeTo(out::write);
    }
    return out.toByteArray();
  }

  /** The file with every type shown whole: what is left are its rules for the whole role. */
  private static String wide(String text) {
    return text.substring(0, text.indexOf("    types:\n"))
        + "    types:\n      \"*\": {do: [read], show: all}\n";
  }

  /** Whoever copies a file and adds types: what is named by its datatype goes there, too. */
  @ParameterizedTest
  @CsvSource({
    "safe-harbor, HumanName",
    "safe-harbor, ContactPoint",
    "safe-harbor, Identifier",
    "safe-harbor, Attachment",
    "safe-harbor, Annotation",
    "safe-harbor, Signature",
    "safe-harbor, Reference",
    "safe-harbor, Extension",
    "safe-harbor, instant",
    "safe-harbor, Resource.id",
    "safe-harbor, Resource.meta",
    "safe-harbor, date: year",
    "safe-harbor, dateTime: year",
    "safe-harbor, Age: age-cap",
    "limited-data-set, HumanName",
    "limited-data-set, ContactPoint",
    "limited-data-set, Identifier",
    "limited-data-set, Attachment",
    "limited-data-set, Annotation",
    "limited-data-set, Signature",
    "limited-data-set, Extension",
    "limited-data-set, Reference.display",
    "limited-data-set, Address.line",
    "limited-data-set, Address.text",
    "limited-data-set, Address.district",
    "limited-data-set, Meta.source",
  })
  void aRuleOfTheRoleHoldsOnEveryTypeAndNothingElseStandsInForIt(String name, String rule)
      throws IOException {
    String wide = wide(file(name));
    String without = wide.replaceFirst("(?<=[\\[{ ])" + rule + "(, ?|(?=[\\]}]))", "");
    assertThat(without).isNotEqualTo(wide);
    View view = WIDE.computeIfAbsent(name, n -> view(n, wide));
    View mutant = view(name, without.replace(", ]", "]").replace(", }", "}"));
    String type = rule.replaceFirst(":.*", "");
    int places = 0;
    int more = 0;
    for (Planted planted : PLANTED) {
      List<Step> steps = planted.place().steps();
      boolean meant =
          planted.place().in(type)
              || steps.stream().anyMatch(step -> step.is(type))
              || (type.startsWith("Resource.") && type.endsWith("." + steps.get(0).key()));
      if (!meant || (type.equals("Age") && !planted.place().last().is("Age.value"))) {
        continue;
      }
      byte[] out = redacted(view, Layer.ELEMENT, planted.json());
      assertThat(shows(out, planted)).as(planted.json()).isFalse();
      places++;
      if (more == 0 && places % 7 == 1) {
        byte[] shown = redacted(mutant, Layer.ELEMENT, planted.json());
        more += shows(shown, planted) ? 1 : 0;
      }
    }
    assertThat(places).isPositive();
    assertThat(more).as("what shows without the rule").isPositive();
  }
}
