package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 between a grant and any snapshot of it: the journal has it, and so has the next start.
 */
class GrantKillTest {
  private static final String REASON = "unresponsive, ED bay 4, no team yet";

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        user: {claim: fhirUser}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active"}
      roles:
        nurse:
          purpose: [TREAT]
          when: [care-team]
          types:
            Patient: {do: [read], show: all}
      break-glass:
        roles: [nurse]
        purpose: [BTG]
        lifts: [relation:care-team]
        needs: {reason: 20, token-acr: mfa}
        lasts: 10m
        notify: privacy-office
      """;

  @TempDir Path dir;

  @Test
  @Tag("real")
  void glassStaysBrokenOverAKill() throws Exception {
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> call.answer("{\"resourceType\":\"Patient\",\"id\":\"p9\"}"));
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      files.policy(POLICY);
      Files.writeString(dir.resolve("hook.key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
      Files.writeString(
          files.config(),
          Files.readString(files.config())
              + "notifications: {privacy-office: {url: \"http://127.0.0.1:1/\", key:"
              + " \"file:hook.key\"}}\n");
      for (int kill = 1; kill <= 2; kill++) {
        Process process = ForkedAppliance.serve(files, dir.resolve("log-" + kill));
        try {
          await(files);
          if (kill == 1) {
            assertThat(get(files, "p9", "")).isEqualTo(403);
            assertThat(get(files, "p9", REASON)).isEqualTo(200);
          }
          assertThat(get(files, "p9", "")).as("after kill %d", kill - 1).isEqualTo(200);
          assertThat(get(files, "p8", "")).isEqualTo(403);
        } finally {
          process.destroyForcibly().waitFor();
        }
        for (Path written : snapshots(files)) { // a slow machine may have got so far
          Files.delete(written);
        }
      }
    }
  }

  private static List<Path> snapshots(ApplianceFiles files) throws Exception {
    try (var all = Files.list(files.journal().resolve("state"))) {
      return all.filter(f -> f.getFileName().toString().startsWith("snapshot-")).toList();
    }
  }

  private static void await(ApplianceFiles files) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!ForkedAppliance.connects(files.port())) {
      assertThat(System.nanoTime()).as("it did not start").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static int get(ApplianceFiles files, String patient, String reason) throws Exception {
    String token =
        files.token(
            Map.of(
                "roles",
                "nurse",
                "purpose_of_use",
                "BTG",
                "fhirUser",
                "Practitioner/n1",
                "acr",
                "mfa"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(files.base() + "/Patient/" + patient))
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(60));
    if (!reason.isEmpty()) {
      request.header("Break-Glass-Reason", reason);
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(files.trusting())
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }
}
