package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A new token of SoftHSM2 with an identity, where the environment of this process says. SoftHSM
 * reads that once in a process, and the build sets it: so there is one token for all tests of a
 * process.
 */
final class SoftHsm {
  static final String PIN = "271828";
  private static final List<Path> MODULES =
      List.of(
          Path.of("/usr/lib/softhsm/libsofthsm2.so"),
          Path.of("/usr/lib64/softhsm/libsofthsm.so"),
          Path.of("/usr/lib64/pkcs11/libsofthsm2.so"));

  private static SoftHsm made;

  private final Path dir;
  private final Path module;

  private SoftHsm(Path dir, Path module) {
    this.dir = dir;
    this.module = module;
  }

  /** The token of this process; ends the test where SoftHSM is not there. */
  static synchronized SoftHsm token() throws IOException, InterruptedException {
    if (made == null) {
      var hsm = make();
      Kms.create("pkcs11:" + hsm.configuration(false), Path.of(""), PIN.toCharArray());
      made = hsm;
    }
    return made;
  }

  private static SoftHsm make() throws IOException, InterruptedException {
    var module = MODULES.stream().filter(Files::exists).findFirst().orElse(null);
    var missing = "SoftHSM2 is not there (apt-get install softhsm2), so nothing was tested";
    if (Boolean.getBoolean("real.required")) {
      assertThat(module).as(missing).isNotNull();
    }
    assumeTrue(module != null, missing);
    var configuration = Path.of(System.getenv("SOFTHSM2_CONF"));
    var hsm = new SoftHsm(configuration.getParent(), module);
    hsm.clear();
    Files.writeString(
        configuration,
        "directories.tokendir = " + hsm.dir.resolve("tokens") + "\nobjectstore.backend = file\n");
    var init =
        new ProcessBuilder(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "sallyport",
                "--pin",
                PIN,
                "--so-pin",
                "31415926")
            .redirectErrorStream(true)
            .start();
    var said = new String(init.getInputStream().readAllBytes());
    assertThat(init.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(init.exitValue()).as(said).isZero();
    return hsm;
  }

  private void clear() throws IOException {
    if (Files.exists(dir)) {
      try (var all = Files.walk(dir)) {
        for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    Files.createDirectories(dir.resolve("tokens"));
  }

  /** A configuration of the JDK's provider; keys of it can be taken out of the token or not. */
  Path configuration(boolean extractable) throws IOException {
    var file = dir.resolve(extractable ? "loose.cfg" : "p11.cfg");
    var attributes =
        extractable
            ? "  CKA_SENSITIVE = false\n  CKA_EXTRACTABLE = true\n"
            : "  CKA_SENSITIVE = true\n  CKA_EXTRACTABLE = false\n";
    Files.writeString(
        file,
        "name = sallyport\nlibrary = "
            + module
            + "\nslotListIndex = 0\n"
            + "attributes(generate, CKO_SECRET_KEY, *) = {\n"
            + attributes
            + "}\nattributes(generate, CKO_PRIVATE_KEY, *) = {\n"
            + attributes
            + "}\n");
    return file;
  }
}
