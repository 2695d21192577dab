package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.StrictJson;
import io.sallyport.proxy.cli.CommandLines;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.HapiServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hospital's first day: the appliance observes a whole route, and its report says by role and
 * person what the policy would do.
 */
class ObserveRouteTest {
  @Test
  void theReportTellsByRoleAndPersonWhatThePolicyWouldDo(@TempDir Path dir) throws Exception {
    List<Problem> problems = new ArrayList<>();
    try (HapiServer ehr = new HapiServer();
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      Files.writeString(
          files.config(),
          Files.readString(files.config())
              .replace("policy: policy.yaml,", "policy: policy.yaml, observe: true,"));
      Config config = ConfigReader.read(files.config(), problems::add);
      assertThat(problems)
          .singleElement()
          .asString()
          .contains("sallyport.yaml:", "routes[0].observe", "W-OBSERVE");
      String id = ehr.patients().get(0).getIdPart();
      try (Appliance appliance =
          Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add)) {
        Map<String, Object> nurse = Map.of("roles", "nurse", "purpose_of_use", "TREAT");
        Map<String, Object> nobody = Map.of("purpose_of_use", "TREAT");
        assertThat(get(files, nurse, "/Patient/" + id)).contains("birthDate", "telecom");
        assertThat(get(files, nobody, "/Patient/" + id)).contains("birthDate");
        assertThat(get(files, nurse, "/Condition?code=x")).contains("searchset");
        assertThat(get(files, nurse, "/metadata")).contains("Condition");
        assertThat(appliance.ports()).hasSize(1);
      }
      String text = report(files);
      assertThat(text)
          .contains("observed from 20")
          .containsPattern("nurse: 3 requests of 1 people; it would have denied 1, withheld 0")
          .contains("1  denied  NO_RULE_PERMITS search Condition by roles.nurse.types.Condition")
          .containsPattern("\\d+  hidden  Patient.birthDate")
          .contains("nurse-1: 3 requests, 1 denied, 0 withheld")
          .contains("(no role): 1 requests of 1 people; it would have denied 1")
          .contains("denied  NO_ROLE read Patient by identity.role");
      StrictJson.check(report(files, "--json").getBytes(StandardCharsets.UTF_8));
      assertThat(report(files, "--since", "2999-01-01T00:00:00Z")).contains("nothing was observed");
    }
  }

  private static String get(ApplianceFiles files, Map<String, Object> claims, String path)
      throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(files.trusting()).build();
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(files.base() + path))
                .header("Authorization", "Bearer " + files.token(claims))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
    return response.body();
  }

  private static String report(ApplianceFiles files, String... more) {
    StringWriter out = new StringWriter();
    List<String> words =
        new ArrayList<>(List.of("report", "observed", "--config", files.config().toString()));
    words.addAll(List.of(more));
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(out, true))
            .execute(words.toArray(String[]::new));
    assertThat(exit).isZero();
    return out.toString();
  }
}
