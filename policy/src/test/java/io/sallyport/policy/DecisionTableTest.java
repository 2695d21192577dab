package io.sallyport.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** The sample policies' decisions as a table that a privacy officer can read and add to. */
class DecisionTableTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));
  private static final Map<String, PolicySet> POLICIES = new HashMap<>();

  @ParameterizedTest
  @CsvFileSource(resources = "/decisions.csv", numLinesToSkip = 1)
  void decides(
      String policy,
      String roles,
      String purpose,
      String patient,
      String request,
      String expected) {
    Map<String, Object> claims = new HashMap<>();
    if (roles != null) {
      // The demo's issuer says roles; a hospital's nests them.
      List<String> all = List.of(roles.split(" "));
      claims.put("roles", all);
      claims.put("realm_access", Map.of("roles", all));
    }
    claims.put("irb_protocol", "IRB-117"); // what the hospital's researcher needs
    claims.put("fhirUser", "Practitioner/n1"); // whom its care teams name
    if (purpose != null) {
      claims.put("purpose_of_use", List.of(purpose.split(" ")));
    }
    if (patient != null) {
      claims.put("patient", List.of(patient.split(" ")));
    }
    int question = request.indexOf('?');
    Interaction asked =
        new InteractionParser(Definitions.r4())
            .parse(
                "GET",
                question < 0 ? request : request.substring(0, question),
                question < 0 ? null : request.substring(question + 1),
                "",
                null);
    Decision decision =
        POLICIES
            .computeIfAbsent(policy, DecisionTableTest::load)
            .decide(new AccessRequest(new Claims(claims), asked, Instant.EPOCH));
    assertThat(told(decision, expected)).isEqualTo(expected);
  }

  /** A permit with the request that goes on, where the table says one. */
  private static String told(Decision decision, String expected) {
    if (decision instanceof Decision.Permit permit) {
      return expected.startsWith("permit ")
          ? "permit " + InteractionParser.canonical(permit.interaction())
          : "permit";
    }
    return ((Decision.Deny) decision).reason().name();
  }

  private static String text(Path policy, String name) {
    try {
      return Files.readString(policy.resolveSibling(name));
    } catch (IOException missing) {
      throw new AssertionError(missing);
    }
  }

  static PolicySet load(String name) {
    Path file = ROOT.resolve("config-samples/policies/" + name + ".yaml");
    try {
      List<Problem> problems = new ArrayList<>();
      PolicySet set =
          PolicySet.read(
              file.toString(), Files.readString(file), beside -> text(file, beside), problems::add);
      assertThat(problems).noneMatch(Problem::isError);
      return set;
    } catch (IOException missing) {
      throw new AssertionError(missing);
    }
  }
}
