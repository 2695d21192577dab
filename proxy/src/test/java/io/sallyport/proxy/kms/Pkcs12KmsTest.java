package io.sallyport.proxy.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs12KmsTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();

  @TempDir Path dir;
  private Kms kms;

  @BeforeEach
  void create() {
    KeyStores.create(dir.resolve("keys.p12"), PASSWORD);
    kms = Kms.open("pkcs12:keys.p12", dir, PASSWORD);
  }

  @Test
  void wrappedKeyOpensOnlyWithTheSameAad() {
    var key = HexFormat.of().parseHex("00112233445566778899aabbccddeeff".repeat(2));
    var wrapped = kms.wrap(key, "a".getBytes(UTF_8));
    assertThat(wrapped).hasSize(12 + 32 + 16).isNotEqualTo(kms.wrap(key, "a".getBytes(UTF_8)));
    assertThat(kms.unwrap(wrapped, "a".getBytes(UTF_8))).isEqualTo(key);
    assertThatThrownBy(() -> kms.unwrap(wrapped, "b".getBytes(UTF_8)))
        .isInstanceOf(KmsException.class);
    wrapped[20] ^= 1;
    assertThatThrownBy(() -> kms.unwrap(wrapped, "a".getBytes(UTF_8)))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> kms.unwrap(new byte[3], new byte[0])).isInstanceOf(KmsException.class);
  }

  @Test
  void anotherStoreCannotUnwrap() {
    KeyStores.create(dir.resolve("other.p12"), PASSWORD);
    var other = Kms.open("pkcs12:other.p12", dir, PASSWORD);
    var wrapped = kms.wrap(new byte[32], new byte[1]);
    assertThatThrownBy(() -> other.unwrap(wrapped, new byte[1])).isInstanceOf(KmsException.class);
    assertThat(other.keyId()).isNotEqualTo(kms.keyId());
  }

  @Test
  void signatureVerifiesUnderThePublicKey() throws Exception {
    var message = "a checkpoint".getBytes(UTF_8);
    var info = new ByteArrayOutputStream();
    info.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));
    info.writeBytes(kms.publicKey());
    var signature = Signature.getInstance("Ed25519");
    signature.initVerify(
        KeyFactory.getInstance("Ed25519")
            .generatePublic(new X509EncodedKeySpec(info.toByteArray())));
    signature.update(message);
    assertThat(signature.verify(kms.sign(message))).isTrue();
  }

  @Test
  void keysSurviveReopening() {
    var again = Kms.open("pkcs12:" + dir.resolve("keys.p12"), Path.of("/"), PASSWORD);
    assertThat(again.publicKey()).isEqualTo(kms.publicKey());
    assertThat(again.keyId()).isEqualTo(kms.keyId()).startsWith("pkcs12:");
    assertThat(again.unwrap(kms.wrap(new byte[32], new byte[1]), new byte[1])).hasSize(32);
    assertThat(again).hasToString("[key]");
  }

  @Test
  void storeIsForItsOwnerOnlyAndNeverOverwritten() throws Exception {
    var file = dir.resolve("keys.p12");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> KeyStores.create(file, PASSWORD)).isInstanceOf(KmsException.class);
  }

  @Test
  void openingSaysWhatIsWrong() {
    assertThatThrownBy(() -> Kms.open("vault:transit/x", dir, PASSWORD))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("vault:transit/x")
        .hasMessageContaining("pkcs12:");
    assertThatThrownBy(() -> Kms.open("keys.p12", dir, PASSWORD)).isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> Kms.open("pkcs12:none.p12", dir, PASSWORD))
        .hasMessageContaining("none.p12");
    assertThatThrownBy(() -> Kms.open("pkcs12:keys.p12", dir, "wrong".toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("password");
  }
}
