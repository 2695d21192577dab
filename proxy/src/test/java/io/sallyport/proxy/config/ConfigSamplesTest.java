package io.sallyport.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.kms.KeyStores;
import io.sallyport.proxy.kms.NamedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What administrators copy must load as it stands, once the files it names are there. */
class ConfigSamplesTest {
  private static final Path SAMPLES =
      Path.of(System.getProperty("sallyport.root", "..")).resolve("config-samples");

  @TempDir Path dir;

  @Test
  void everySampleConfigurationCompiles() throws IOException {
    Files.createDirectories(dir.resolve("tls"));
    Files.createDirectories(dir.resolve("policies/valuesets"));
    ThrowawayPki.write(dir);
    Files.copy(dir.resolve("server.pem"), dir.resolve("tls/chain.pem"));
    Files.copy(dir.resolve("server-key.pem"), dir.resolve("tls/key.pem"));
    KeyStores.create(dir.resolve("keys.p12"), "test".toCharArray());
    Files.writeString(dir.resolve("keys.password"), "test");
    Files.writeString(dir.resolve("privacy-office.key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for (Path policy : files("policies")) {
      Files.copy(policy, dir.resolve("policies").resolve(policy.getFileName()));
    }
    try (Stream<Path> valueSets = Files.list(SAMPLES.resolve("policies/valuesets"))) {
      for (Path valueSet : valueSets.toList()) {
        Files.copy(valueSet, dir.resolve("policies/valuesets").resolve(valueSet.getFileName()));
      }
    }
    List<Path> samples = files("");
    assertThat(samples).hasSizeGreaterThanOrEqualTo(2);
    for (Path sample : samples) {
      Path copy = Files.copy(sample, dir.resolve(sample.getFileName()));
      List<Problem> problems = new ArrayList<>();
      Config config = ConfigReader.read(copy, problems::add);
      assertThat(problems).as(sample.toString()).isEmpty();
      assertThat(
              SnapshotCompiler.compile(
                  config, token -> null, Map.of(), Instant.now(), problems::add))
          .as(sample + ": " + problems)
          .isNotNull();
    }
  }

  @Test
  void everySamplePolicyLoadsWithoutAnError() throws IOException {
    List<Path> policies = files("policies");
    assertThat(policies).isNotEmpty();
    for (Path policy : policies) {
      List<Problem> problems = new ArrayList<>();
      assertThat(
              PolicySet.read(
                  policy.toString(),
                  Files.readString(policy),
                  PolicyFiles.beside(policy),
                  name -> PolicyKeys.of(NamedKey.random()),
                  problems::add))
          .as(problems.toString())
          .isNotNull();
    }
  }

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }
}
