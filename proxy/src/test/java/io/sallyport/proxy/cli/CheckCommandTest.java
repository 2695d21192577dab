package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} tries what the configuration names, and each failure stands at its key. */
class CheckCommandTest {
  @TempDir Path dir;
  private ApplianceFiles files;
  private HttpServer server;
  private int status = 200;
  private String contentType = "application/fhir+json";
  private String out;

  @AfterEach
  void stop() {
    if (files != null) {
      files.close();
    }
    if (server != null) {
      server.stop(0);
    }
  }

  private int check(String... more) {
    StringWriter told = new StringWriter();
    String[] words = new String[3 + more.length];
    words[0] = "check";
    words[1] = "--config";
    words[2] = files.config().toString();
    System.arraycopy(more, 0, words, 3, more.length);
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(told, true))
            .setErr(new PrintWriter(told, true))
            .execute(words);
    out = told.toString();
    return exit;
  }

  private void change(String what, String to) throws IOException {
    String text = Files.readString(files.config());
    assertThat(text).contains(what);
    Files.writeString(files.config(), text.replace(what, to));
  }

  private String serve(HttpServer made, String scheme) {
    server = made;
    server.createContext("/fhir/metadata", this::answer);
    server.start();
    return scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/fhir";
  }

  private void answer(HttpExchange x) throws IOException {
    boolean known = "Bearer right".equals(x.getRequestHeaders().getFirst("Authorization"));
    byte[] body = "{\"resourceType\":\"CapabilityStatement\"}".getBytes(StandardCharsets.UTF_8);
    x.getResponseHeaders().set("Content-Type", contentType);
    x.sendResponseHeaders(status == 401 && known ? 200 : status, body.length);
    x.getResponseBody().write(body);
    x.close();
  }

  private String plain() throws IOException {
    return serve(HttpServer.create(loopback(), 0), "http");
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static int deadPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aGoodPairIsZero() throws IOException {
    files = new ApplianceFiles(dir, plain());
    assertThat(check()).isZero();
    assertThat(out).contains("upstream ehr answers", "issuer http://127.0.0.1:", "ok: ");
  }

  @Test
  void aDeadPortIsToldAtTheBaseUnlessOffline() throws IOException {
    files = new ApplianceFiles(dir, "http://127.0.0.1:" + deadPort() + "/fhir");
    assertThat(check()).isEqualTo(1);
    assertThat(out)
        .contains(files.config() + ":13:15  upstreams.ehr.base: ", "[E-UPSTREAM]", "running")
        .contains("1 error");
    assertThat(check("--offline")).isZero();
    assertThat(out).doesNotContain("answers");
  }

  @Test
  void whatAnswersButIsNoFhirServerIsTold() throws IOException {
    files = new ApplianceFiles(dir, plain());
    status = 404;
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("upstreams.ehr.base", "404", "[E-UPSTREAM]");
    status = 200;
    contentType = "text/html";
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("not answered with JSON", "[E-UPSTREAM]");
  }

  @Test
  void credentialsThatAreRefusedAreToldAtTheirKey() throws IOException {
    files = new ApplianceFiles(dir, plain());
    status = 401;
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("upstreams.ehr.base", "Give it credentials", "401");

    Files.writeString(dir.resolve("token"), "wrong");
    change("connections: 64}", "connections: 64, credentials: \"file:token\"}");
    assertThat(check()).isEqualTo(1);
    assertThat(out)
        .contains("upstreams.ehr.credentials", "[E-UPSTREAM-CREDENTIALS]")
        .doesNotContain("wrong");

    Files.writeString(dir.resolve("token"), "right");
    assertThat(check()).isZero();
  }

  @Test
  void aCertificateOfAnUnknownAuthorityIsTold() throws Exception {
    ThrowawayPki.write(Files.createDirectories(dir.resolve("ehr")));
    HttpsServer https = HttpsServer.create(loopback(), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(identity(dir.resolve("ehr"))));
    files = new ApplianceFiles(dir, serve(https, "https"));
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("upstreams.ehr.base", "Give trust", "[E-UPSTREAM-TLS]");

    // The appliance's own CA is another one.
    change("connections: 64}", "connections: 64, trust: \"file:ca.pem\"}");
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("upstreams.ehr.trust", "Check trust", "[E-UPSTREAM-TLS]");

    change("file:ca.pem", "file:ehr/ca.pem");
    assertThat(check()).isZero();
  }

  @Test
  void anIssuerThatDoesNotAnswerIsToldAtItsKey() throws IOException {
    files = new ApplianceFiles(dir, plain());
    files.close();
    assertThat(check()).isEqualTo(1);
    assertThat(out)
        .contains(files.config() + ":9:14  issuers[0].issuer: ", "[E-ISSUER]", "reached")
        .doesNotContain("null");
  }

  @Test
  void anIssuersCertificateOfAnUnknownAuthorityIsTold() throws Exception {
    ThrowawayPki.write(Files.createDirectories(dir.resolve("idp")));
    HttpsServer https = HttpsServer.create(loopback(), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(identity(dir.resolve("idp"))));
    files = new ApplianceFiles(dir, serve(https, "https"));
    String config = Files.readString(files.config());
    String issuer = config.replaceFirst("(?s).*- \\{issuer: \"([^\"]*)\".*", "$1");
    change("connections: 64}", "connections: 64, trust: \"file:idp/ca.pem\"}");
    change(issuer, "https://127.0.0.1:" + server.getAddress().getPort());
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("issuers[0].issuer: ", "Give trust", "[E-ISSUER-TLS]", "1 error");

    // Trusted, but it publishes nothing.
    change("profile: rfc9068}", "profile: rfc9068, trust: \"file:idp/ca.pem\"}");
    assertThat(check()).isEqualTo(1);
    assertThat(out).contains("issuers[0].issuer: ", "status 404", "[E-ISSUER]");
  }

  @Test
  void aRecordSystemThatNeverAnswersEndsWithItsTimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      files = new ApplianceFiles(dir, "http://127.0.0.1:" + silent.getLocalPort() + "/fhir");
      change("connections: 64}", "connections: 64, response-timeout: 200ms}");
      assertThat(check()).isEqualTo(1);
      assertThat(out).contains("upstreams.ehr.base: ", "did not answer in time", "[E-UPSTREAM]");
    }
  }

  private static SSLContext identity(Path pki) throws IOException, GeneralSecurityException {
    byte[] chain = Files.readAllBytes(pki.resolve("server.pem"));
    String key =
        Files.readString(pki.resolve("server-key.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
    PrivateKey secret =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server",
        secret,
        new char[0],
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(chain))
            .toArray(Certificate[]::new));
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
