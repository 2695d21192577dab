package io.sallyport.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyMaterialTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir Path dir;
  private final List<Problem> problems = new ArrayList<>();

  private List<String> check(Path certificate, Path key) {
    problems.clear();
    new KeyMaterial(NOW, problems::add).pair(placed(certificate), placed(key));
    return problems.stream().map(Problem::code).toList();
  }

  private static Placed<Path> placed(Path file) {
    return new Placed<>(file, new Problem.Location("s.yaml", 3, 1), "tls");
  }

  private KeyPair pair(String kind) throws Exception {
    return KeyPairGenerator.getInstance(kind).generateKeyPair();
  }

  private Path key(KeyPair pair) throws IOException {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private Path certificate(KeyPair pair, String signature, Duration life) throws Exception {
    X500Name name = new X500Name("CN=localhost");
    Date from = Date.from(NOW.minus(Duration.ofDays(1)));
    var builder =
        new JcaX509v3CertificateBuilder(
            name, BigInteger.ONE, from, Date.from(NOW.plus(life)), name, pair.getPublic());
    var signer = new JcaContentSignerBuilder(signature).build(pair.getPrivate());
    return pem("CERTIFICATE", builder.build(signer).getEncoded());
  }

  private Path pem(String kind, byte[] der) throws IOException {
    String body = Base64.getMimeEncoder().encodeToString(der);
    Path file = Files.createTempFile(dir, "pem", "");
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }

  @Test
  void pairsThatBelongTogetherAreFine() throws Exception {
    KeyPair rsa = pair("RSA");
    KeyPair ec = pair("EC");
    Duration year = Duration.ofDays(365);
    assertThat(check(certificate(rsa, "SHA256withRSA", year), key(rsa))).isEmpty();
    assertThat(check(certificate(ec, "SHA256withECDSA", year), key(ec))).isEmpty();
  }

  @Test
  void anotherKeyIsRefused() throws Exception {
    Path certificate = certificate(pair("EC"), "SHA256withECDSA", Duration.ofDays(365));
    assertThat(check(certificate, key(pair("EC")))).containsExactly("E-KEY-PAIR");
    assertThat(check(certificate, key(pair("RSA")))).containsExactly("E-KEY-PAIR");
  }

  @Test
  void anExpiredCertificateIsRefusedAndOneAboutToIsWarnedOf() throws Exception {
    KeyPair ec = pair("EC");
    assertThat(check(certificate(ec, "SHA256withECDSA", Duration.ofSeconds(-1)), key(ec)))
        .containsExactly("E-EXPIRED");
    assertThat(check(certificate(ec, "SHA256withECDSA", Duration.ofDays(3)), key(ec)))
        .containsExactly("W-EXPIRY");
  }

  @Test
  void whatIsNoKeyOrNotThereIsNamed() throws Exception {
    Path none = dir.resolve("none.pem");
    Path text = Files.writeString(dir.resolve("text.pem"), "hello");
    assertThat(check(none, none)).containsExactly("E-FILE", "E-FILE");
    assertThat(check(text, text)).containsExactly("E-CERTIFICATE", "E-KEY-FILE");
  }
}
