package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the record system is asked to order by, on the wire, and who may leave that to it. */
@Tag("A4")
class OrderRouteTest {
  private static final String NOTHING =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0}";

  private final List<Problem> problems = new ArrayList<>();

  @Test
  void aSearchIsSortedByIdUnlessTheRouteSaysOtherwise(@TempDir Path dir) throws Exception {
    assertThat(asked(dir, "")).startsWith("GET /fhir/Patient?_sort=gender,_id HTTP/1.1\r\n");
    assertThat(problems).isEmpty();
    assertThat(asked(dir, "order: upstream,")).startsWith("GET /fhir/Patient?_sort=gender HTTP");
    assertThat(problems).singleElement().asString().contains("routes[0].order", "W-ORDER");
  }

  private String asked(Path dir, String key) throws Exception {
    try (ScriptedUpstream ehr = new ScriptedUpstream(call -> call.answer(NOTHING));
        ApplianceFiles files =
            new ApplianceFiles(Files.createTempDirectory(dir, "a"), ehr.base())) {
      String plain = Files.readString(files.config());
      Files.writeString(
          files.config(), plain.replace("policy: policy.yaml,", "policy: policy.yaml," + key));
      try (Appliance appliance =
          Appliance.start(
              ConfigReader.read(files.config(), problems::add),
              Map.of(),
              Clock.systemUTC(),
              problems::add)) {
        assertThat(appliance.ports()).hasSize(1);
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(files.base() + "/Patient?_sort=gender"))
                .header("Authorization", "Bearer " + files.token())
                .build();
        HttpClient client = HttpClient.newBuilder().sslContext(files.trusting()).build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
            .isEqualTo(200);
      }
      return ehr.calls().get(0).head();
    }
  }
}
