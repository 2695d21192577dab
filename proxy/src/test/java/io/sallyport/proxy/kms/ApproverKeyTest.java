package io.sallyport.proxy.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApproverKeyTest {
  @TempDir Path dir;

  @Test
  void keyIsReadBackAndSignsForItsPublicKey() throws Exception {
    var made = ApproverKey.create("jane.doe", dir.resolve("jane.key"));
    var opened = ApproverKey.open(dir.resolve("jane.key"));
    assertThat(opened.line()).isEqualTo(made.line()).startsWith("jane.doe+");
    var message = "text".getBytes(UTF_8);
    assertThat(opened.sign(message)).isEqualTo(made.sign(message)).hasSize(64);
    var typed = Base64.getDecoder().decode(made.line().split("\\+", 3)[2]);
    assertThat(typed[0]).isEqualTo((byte) 1);
    var info =
        HexFormat.of()
            .parseHex(
                "302a300506032b6570032100"
                    + HexFormat.of().formatHex(Arrays.copyOfRange(typed, 1, 33)));
    var verifying = Signature.getInstance("Ed25519");
    verifying.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(info)));
    verifying.update(message);
    assertThat(verifying.verify(opened.sign(message))).isTrue();
    assertThat(made).hasToString("[key]");
  }

  // The key pair of golang.org/x/mod/sumdb/note's own tests.
  @Test
  void itIsTheFormOfGosSignedNotes() throws Exception {
    var file = dir.resolve("peter.key");
    Files.writeString(
        file, "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(ApproverKey.open(file).line())
        .isEqualTo("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  }

  @Test
  void fileIsItsOwnersAloneAndNeverReplaced() throws Exception {
    var file = dir.resolve("jane.key");
    ApproverKey.create("jane", file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> ApproverKey.create("jane", file)).isInstanceOf(KmsException.class);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> ApproverKey.open(file)).hasMessageContaining("chmod 600");
  }

  @Test
  void whatIsNoKeyIsSaid() throws Exception {
    var file = dir.resolve("jane.key");
    for (var name : new String[] {"", "a b", "a+b", "x".repeat(65), "a\nb"}) {
      assertThatThrownBy(() -> ApproverKey.create(name, file)).isInstanceOf(KmsException.class);
    }
    ApproverKey.create("jane", file);
    var good = Files.readString(file);
    for (var bad :
        new String[] {
          "", "jane", good.replace("jane", "joe"), good.substring(0, good.length() - 4), "{}"
        }) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> ApproverKey.open(file)).isInstanceOf(KmsException.class);
    }
  }
}
