package io.sallyport.proxy.cli;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.loadtest.DemoIssuer;
import io.sallyport.proxy.Appliance;
import io.sallyport.proxy.kms.KeyStores;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code sallyport demo}: a demo issuer, a demo EHR with synthetic patients and the real appliance
 * in front, on loopback only. The appliance runs from the files it writes, exactly as {@code serve}
 * would.
 */
@Command(
    name = "demo",
    description = "Runs the appliance in front of a demo record system, with demo tokens.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Duration TOKEN_LIFE = Duration.ofHours(12);

  /** Role to purpose of use: each role applies for one. */
  private static final Map<String, String> ROLES = new LinkedHashMap<>();

  static {
    ROLES.put("physician", "TREAT");
    ROLES.put("nurse", "TREAT");
    ROLES.put("billing-clerk", "HPAYMT");
    ROLES.put("researcher", "HRESCH");
    ROLES.put("patient-app", "PATRQT");
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "D",
      defaultValue = "sallyport-demo",
      description = "Where its files go (default: ${DEFAULT-VALUE}).")
  private Path dir;

  @Option(
      names = "--port",
      paramLabel = "P",
      defaultValue = "8443",
      description = "The appliance's port; 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--upstream",
      paramLabel = "URL",
      description = "A FHIR R4 server to stand in front of instead of the demo EHR.")
  private String upstream;

  @Override
  public Integer call() {
    try {
      Files.createDirectories(dir.resolve("tokens"));
      DemoEhr ehr = upstream == null ? DemoEhr.start(0) : null;
      int served = port == 0 ? free() : port;
      String base = "https://localhost:" + served + "/fhir";
      Path issuerKey = dir.resolve("issuer.pem");
      DemoIssuer issuer =
          DemoIssuer.start(0, base, Files.exists(issuerKey) ? DemoIssuer.readKey(issuerKey) : null);
      issuer.writeTo(dir);
      files(served, base, issuer, ehr == null ? upstream : ehr.base());
      Appliance appliance =
          Serving.start(dir.resolve("sallyport.yaml"), spec.commandLine().getErr());
      Files.writeString(dir.resolve("journal.pub"), appliance.journalPublicKey().strip() + "\n");
      tell(base, spec.commandLine().getOut());
      if (ehr == null) {
        Serving.untilStopped(appliance, issuer);
      } else {
        Serving.untilStopped(appliance, issuer, ehr);
      }
      return 0;
    } catch (IOException failure) {
      throw Failure.environment("cannot run the demo: " + failure.getMessage(), failure);
    }
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void files(int served, String base, DemoIssuer issuer, String record) throws IOException {
    DemoPki.write(dir);
    if (!Files.exists(dir.resolve("keys.p12"))) {
      String password = new BigInteger(128, new SecureRandom()).toString(32);
      DemoPki.secret(dir.resolve("keys.password"), password);
      KeyStores.create(dir.resolve("keys.p12"), password.toCharArray());
    }
    try (InputStream policy = DemoCommand.class.getResourceAsStream("/policies/demo.yaml")) {
      Files.write(dir.resolve("policy.yaml"), policy.readAllBytes());
    }
    Files.writeString(
        dir.resolve("sallyport.yaml"), configuration(served, issuer.issuer(), base, record));
    for (Map.Entry<String, String> role : ROLES.entrySet()) {
      Map<String, Object> claims = new LinkedHashMap<>();
      claims.put("roles", role.getKey());
      claims.put("purpose_of_use", role.getValue());
      if (role.getKey().equals("patient-app")) {
        claims.put("patient", DemoEhr.PATIENT);
      }
      String token = issuer.mint("demo-" + role.getKey(), claims, TOKEN_LIFE);
      DemoPki.secret(dir.resolve("tokens").resolve(role.getKey() + ".jwt"), token);
    }
  }

  private static String configuration(int served, String issuer, String base, String record) {
    return """
        # Written by 'sallyport demo'. Run it yourself: sallyport serve --config sallyport.yaml
        # (the issuer and the record system below live only as long as the demo does)
        sallyport: 1
        listeners:
          - address: 127.0.0.1
            port: %d
            hosts: [localhost, 127.0.0.1]
            tls: {certificate: "file:server.pem", key: "file:server-key.pem", profile: intermediate, client-certificates: none}
        admin: {address: 127.0.0.1, port: 0}
        issuers:
          - {issuer: "%s", audience: ["%s"], algorithms: [RS256], profile: rfc9068}
        routes:
          - {path: /fhir, kind: fhir, version: R4, policy: policy.yaml, upstream: ehr, public-base: "%s"}
        upstreams:
          ehr: {base: "%s", connections: 64}
        journal: {dir: journal, key: "pkcs12:keys.p12", password: "file:keys.password", file-size: 8MiB, slow-disk: 2s, filesystem: any}
        """
        .formatted(served, issuer, base, base, record);
  }

  private void tell(String base, PrintWriter out) {
    out.println();
    out.println("This is a demo: synthetic patients, throw-away keys, loopback only.");
    out.println("Its files are in " + dir.toAbsolutePath() + "; Ctrl-C ends it.");
    for (String role : ROLES.keySet()) {
      out.println();
      out.println("# " + role);
      out.println(
          "curl --cacert "
              + dir.resolve("ca.pem")
              + " -H \"Authorization: Bearer $(cat "
              + dir.resolve("tokens").resolve(role + ".jwt")
              + ")\" "
              + base
              + "/Patient/"
              + DemoEhr.PATIENT);
    }
    out.println();
    out.println("# what was recorded");
    out.println(
        "sallyport journal verify "
            + dir.resolve("journal")
            + " --public-key "
            + dir.resolve("journal.pub"));
    out.println();
    out.flush();
  }
}
