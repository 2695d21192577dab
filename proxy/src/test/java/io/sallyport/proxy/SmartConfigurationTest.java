package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.StrictJson;
import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.fixtures.RunningAppliance;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .well-known/smart-configuration} over real sockets: the one thing that takes no token. */
class SmartConfigurationTest {
  @Test
  void whoHasNoTokenLearnsWhereToGetOneAndNothingElse(@TempDir Path dir) throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = new RunningAppliance(dir, ehr.base(), "", "")) {
      String there = "/.well-known/smart-configuration";

      HttpResponse<String> document = ask(appliance, there, "GET");
      assertThat(document.statusCode()).isEqualTo(200);
      assertThat(document.headers().firstValue("Content-Type")).contains("application/json");
      assertThat(document.body())
          .contains("\"token_endpoint\"", "\"issuer\"", "\"capabilities\"")
          .doesNotContain(ehr.base(), "Patient");
      StrictJson.check(document.body().getBytes(StandardCharsets.UTF_8));
      assertThat(ask(appliance, there, "HEAD").statusCode()).isEqualTo(200);
      assertThat(appliance.records().stream().filter("Outcome"::equals)).hasSize(2);

      assertThat(ask(appliance, there, "POST").statusCode()).isEqualTo(401);
      assertThat(ask(appliance, there + "?x=1", "GET").statusCode()).isEqualTo(401);
      assertThat(ask(appliance, "/Patient" + there, "GET").statusCode()).isEqualTo(404);
      assertThat(ask(appliance, "/.well-known/openid-configuration", "GET").statusCode())
          .isEqualTo(401);
      assertThat(ask(appliance, "/metadata", "GET").statusCode()).isEqualTo(401);
    }
  }

  private static HttpResponse<String> ask(RunningAppliance appliance, String path, String method)
      throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(appliance.files().trusting()).build();
    return client.send(
        HttpRequest.newBuilder(URI.create(appliance.files().base() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
