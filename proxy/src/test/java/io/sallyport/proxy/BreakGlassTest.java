package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.sallyport.proxy.fixtures.HapiServer;
import io.sallyport.proxy.fixtures.MovingClock;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.JournalEntry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Break-glass in the real appliance, against HAPI's server, with a receiver of its webhooks. */
class BreakGlassTest {
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
            Patient: {do: [read, search], show: all, hide: [telecom]}
            Observation: {do: [read, search], show: all}
      break-glass:
        roles: [nurse]
        purpose: [BTG]
        lifts: [relation:care-team]
        needs: {reason: 20, token-acr: mfa}
        lasts: 10m
        notify: privacy-office
      """;

  @TempDir Path dir;

  private final MovingClock clock = new MovingClock(Clock.systemUTC().instant());
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private RunningAppliance start(String ehr, String url) throws Exception {
    Files.writeString(dir.resolve("hook.key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    return new RunningAppliance(
        dir,
        ehr,
        "",
        "\nnotifications: {privacy-office: {url: \"" + url + "\", key: \"file:hook.key\"}}\n",
        POLICY,
        clock);
  }

  private HttpServer receiver() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        call -> {
          told.add(
              call.getRequestHeaders().getFirst("webhook-id")
                  + " "
                  + new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    server.start();
    return server;
  }

  private HttpResponse<String> get(
      RunningAppliance appliance, String purpose, String reason, String path) throws Exception {
    String token =
        appliance
            .files()
            .token(
                Map.of(
                    "roles",
                    "nurse",
                    "purpose_of_use",
                    purpose,
                    "fhirUser",
                    "Practitioner/n1",
                    "acr",
                    "mfa"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(appliance.files().base() + path))
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(60));
    if (!reason.isEmpty()) {
      request.header("Break-Glass-Reason", reason);
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(appliance.files().trusting())
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void itOpensOnePatientForAWhileIsRecordedFirstAndTold() throws Exception {
    HttpServer receiver = receiver();
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance =
            start(ehr.base(), "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook")) {
      String id = ehr.patients().get(0).getIdPart();
      String other = ehr.patients().get(1).getIdPart();
      assertThat(get(appliance, "TREAT", REASON, "/Patient/" + id).statusCode()).isEqualTo(404);
      assertThat(get(appliance, "BTG", "", "/Patient/" + id).statusCode()).isEqualTo(403);
      HttpResponse<String> opened = get(appliance, "BTG", REASON, "/Patient/" + id);
      assertThat(opened.statusCode()).isEqualTo(200);
      assertThat(opened.body()).contains("\"birthDate\"").doesNotContain("telecom");
      assertThat(get(appliance, "BTG", "", "/Patient/" + id).statusCode()).isEqualTo(200);
      assertThat(get(appliance, "BTG", "", "/Observation?patient=" + id).statusCode())
          .isEqualTo(200);
      assertThat(get(appliance, "BTG", "", "/Patient/" + other).statusCode()).isEqualTo(403);
      assertThat(get(appliance, "BTG", REASON, "/Patient").statusCode()).isEqualTo(403);
      // What was opened in an emergency is closed again for everything else.
      assertThat(get(appliance, "TREAT", "", "/Patient/" + id).statusCode()).isEqualTo(404);

      String notice = told.poll(20, TimeUnit.SECONDS);
      assertThat(notice)
          .contains("\"patient\":\"" + id + "\"", "\"subject\":\"nurse-1\"", "bg_")
          .doesNotContain("unresponsive");
      assertThat(told).isEmpty();

      clock.move(Duration.ofMinutes(10));
      assertThat(get(appliance, "BTG", "", "/Patient/" + id).statusCode()).isEqualTo(403);

      List<JournalEntry> all = appliance.all();
      List<JournalEntry.BreakGlass> grants =
          all.stream()
              .filter(JournalEntry.BreakGlass.class::isInstance)
              .map(JournalEntry.BreakGlass.class::cast)
              .toList();
      assertThat(grants).hasSize(1);
      assertThat(grants.get(0).reason()).isEqualTo(REASON);
      int at = all.indexOf(grants.get(0));
      assertThat(all.subList(at - 1, at + 3))
          .hasExactlyElementsOfTypes(
              JournalEntry.Intent.class,
              JournalEntry.BreakGlass.class,
              JournalEntry.Notice.class,
              JournalEntry.Outcome.class);
      assertThat(appliance.unfinished()).isEmpty();
    } finally {
      receiver.stop(0);
    }
  }

  /** Also over a stop; and not for longer than it was to last. */
  @Test
  void itStaysBrokenOverARestartUntilItsTimeIsOver() throws Exception {
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> call.answer("{\"resourceType\":\"Patient\",\"id\":\"p9\"}"));
        RunningAppliance appliance = start(ehr.base(), "http://127.0.0.1:1/hook")) {
      assertThat(get(appliance, "BTG", "", "/Patient/p9").statusCode()).isEqualTo(403);
      assertThat(get(appliance, "BTG", REASON, "/Patient/p9").statusCode()).isEqualTo(200);
      clock.move(Duration.ofMinutes(9));
      appliance.restart(clock);
      assertThat(get(appliance, "BTG", "", "/Patient/p9").statusCode()).isEqualTo(200);
      assertThat(get(appliance, "BTG", "", "/Patient/p8").statusCode()).isEqualTo(403);
      clock.move(Duration.ofMinutes(1));
      assertThat(get(appliance, "BTG", "", "/Patient/p9").statusCode()).isEqualTo(403);
      // Where the policy lifts something else since, nobody gave a reason for that.
      assertThat(get(appliance, "BTG", REASON, "/Patient/p9").statusCode()).isEqualTo(200);
      appliance
          .files()
          .policy(
              POLICY
                  .replace("lifts: [relation:care-team]", "lifts: [relation:team]")
                  .replace("when: [care-team]", "when: [team]")
                  .replace("  care-team: {ask", "  team: {ask"));
      appliance.restart(clock);
      assertThat(get(appliance, "BTG", "", "/Patient/p9").statusCode()).isNotEqualTo(200);
      assertThat(get(appliance, "BTG", REASON, "/Patient/p9").statusCode()).isEqualTo(200);
      assertThat(appliance.all().stream().filter(JournalEntry.BreakGlass.class::isInstance))
          .hasSize(3);
    }
  }

  /** The reason is the hospital's own: the record system is not told it, and no log. */
  @Test
  void theReasonIsNotForwarded() throws Exception {
    try (ScriptedUpstream ehr =
            new ScriptedUpstream(
                call -> call.answer("{\"resourceType\":\"Patient\",\"id\":\"p9\"}"));
        RunningAppliance appliance = start(ehr.base(), "http://127.0.0.1:1/hook")) {
      assertThat(get(appliance, "BTG", REASON, "/Patient/p9").statusCode()).isEqualTo(200);
      assertThat(ehr.calls()).hasSize(1);
      assertThat(ehr.calls().get(0).head().toLowerCase(Locale.ROOT))
          .doesNotContain("glass", "unresponsive");
    }
  }

  @Test
  void aReceiverThatIsDownKeepsNobodyWaiting() throws Exception {
    try (HapiServer ehr = new HapiServer();
        RunningAppliance appliance = start(ehr.base(), "http://127.0.0.1:1/hook")) {
      String id = ehr.patients().get(0).getIdPart();
      assertThat(get(appliance, "BTG", REASON, "/Patient/" + id).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aPolicyThatTellsSomebodyTheConfigurationDoesNotKnowIsNotServed() throws Exception {
    try (HapiServer ehr = new HapiServer()) {
      assertThatThrownBy(() -> new RunningAppliance(dir, ehr.base(), "", "", POLICY, clock).close())
          .hasMessageContaining("E-NOTIFY")
          .hasMessageContaining("privacy-office");
    }
  }
}
