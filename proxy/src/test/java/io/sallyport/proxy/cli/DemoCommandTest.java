package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.HapiServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sallyport demo} as a newcomer meets it: started, its lines pasted, ended by Ctrl-C. */
class DemoCommandTest {
  private static final Pattern LINE =
      Pattern.compile(
          "curl --cacert (\\S+) -H \"Authorization: Bearer \\$\\(cat (\\S+)\\)\" (https://\\S+)");

  @TempDir Path home;
  private Process demo;

  @AfterEach
  void kill() throws InterruptedException {
    if (demo != null) {
      demo.destroyForcibly().waitFor();
    }
  }

  private void start(String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx512m",
            "-Dchronicle.analytics.disable=true",
            "-Dchronicle.announcer.disable=true",
            "-cp",
            System.getProperty("java.class.path"),
            "io.sallyport.proxy.Main",
            "demo",
            "--port",
            "0",
            "--dir",
            "d"));
    command.addAll(List.of(more));
    demo =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("out").toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!output().contains("journal verify")) {
      assertThat(demo.isAlive()).as(output()).isTrue();
      assertThat(System.nanoTime()).as(output()).isLessThan(deadline);
      demo.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  private String output() throws IOException {
    Path out = home.resolve("out");
    return Files.exists(out) ? Files.readString(out) : "";
  }

  /** The printed lines by the role that stands above each. */
  private Map<String, String> lines() throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    String role = "";
    for (String line : output().lines().toList()) {
      if (line.startsWith("# ")) {
        role = line.substring(2);
      } else if (line.startsWith("curl ")) {
        lines.put(role, line);
      }
    }
    return lines;
  }

  /** Status and body of a line, pasted into a shell; where there is no curl, done as it says. */
  private String paste(String line) throws Exception {
    if (!hasCurl()) {
      Matcher words = LINE.matcher(line);
      assertThat(words.matches()).as(line).isTrue();
      return get(words.group(3), Files.readString(home.resolve(words.group(2))));
    }
    Process shell =
        new ProcessBuilder(
                "sh", "-c", line + " --silent --show-error --write-out '\\n%{http_code}'")
            .directory(home.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(said).isZero();
    int end = said.lastIndexOf('\n');
    return said.substring(end + 1) + " " + said.substring(0, end);
  }

  private static boolean hasCurl() throws InterruptedException {
    try {
      return new ProcessBuilder("curl", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException none) {
      return false;
    }
  }

  private String get(String url, String token) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream ca = Files.newInputStream(home.resolve("d/ca.pem"))) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> answer =
        HttpClient.newBuilder()
            .sslContext(context)
            .build()
            .send(request.build(), HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  /** Ctrl-C. */
  private int interrupt() throws Exception {
    assertThat(new ProcessBuilder("kill", "-INT", "" + demo.pid()).start().waitFor()).isZero();
    assertThat(demo.waitFor(60, TimeUnit.SECONDS)).as(output()).isTrue();
    return demo.exitValue();
  }

  @Test
  void fiveLinesPastedAreFiveAnswersAndCtrlCEndsItCleanly() throws Exception {
    start();
    Map<String, String> lines = lines();
    assertThat(lines.keySet())
        .containsExactly("physician", "nurse", "billing-clerk", "researcher", "patient-app");
    Map<String, String> answers = new LinkedHashMap<>();
    for (Map.Entry<String, String> line : lines.entrySet()) {
      assertThat(line.getValue()).matches(LINE);
      answers.put(line.getKey(), paste(line.getValue()));
    }
    assertThat(answers.values()).doesNotHaveDuplicates();
    assertThat(answers.get("researcher")).startsWith("403 ").contains("NO_RULE_PERMITS");
    answers.remove("researcher");
    assertThat(answers.values()).allMatch(a -> a.startsWith("200 {\"resourceType\":\"Patient\""));
    assertThat(answers.get("physician")).contains("\"identifier\"", "\"line\"");
    assertThat(answers.get("nurse")).doesNotContain("\"identifier\"", "\"line\"", "\"telecom\"");
    assertThat(answers.get("billing-clerk")).contains("\"line\"").doesNotContain("\"maritalStatus");

    Matcher url = LINE.matcher(lines.get("nurse"));
    assertThat(url.matches()).isTrue();
    assertThat(get(url.group(3), "")).startsWith("401 ").contains("NO_CREDENTIALS");

    for (String file :
        List.of(
            "ca.pem",
            "sallyport.yaml",
            "policy.yaml",
            "issuer.pem",
            "issuer.json",
            "journal.pub",
            "journal",
            "tokens/physician.jwt",
            "tokens/patient-app.jwt")) {
      assertThat(home.resolve("d").resolve(file)).exists();
    }
    assertThat(interrupt()).as(output()).isZero();

    // What it printed last is true as well.
    assertThat(
            CommandLines.sallyport()
                .execute(
                    "journal",
                    "verify",
                    home.resolve("d/journal").toString(),
                    "--public-key",
                    home.resolve("d/journal.pub").toString(),
                    "--require-sealed"))
        .isZero();
  }

  @Test
  void itStandsInFrontOfAnyServer() throws Exception {
    try (HapiServer hapi = new HapiServer()) {
      Patient patient = new Patient();
      patient.setId("demo-patient");
      patient.addName().setFamily("Anderswo");
      patient.addTelecom().setValue("555-0199");
      hapi.store(patient);
      start("--upstream", hapi.base());
      Map<String, String> lines = lines();
      assertThat(paste(lines.get("physician"))).startsWith("200 ").contains("Anderswo", "555-0199");
      assertThat(paste(lines.get("nurse")))
          .startsWith("200 ")
          .contains("Anderswo")
          .doesNotContain("555-0199");
      assertThat(interrupt()).as(output()).isZero();
    }
  }
}
