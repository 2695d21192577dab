package io.sallyport.proxy.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every key service does; one test class for each provider says where it is. */
public abstract class KmsContract {
  private static final byte[] DATA_KEY =
      HexFormat.of().parseHex("00112233445566778899aabbccddeeff".repeat(2));
  private static final byte[] AAD = {0, 1, -1, '"', '\\'};

  /** The service under test, opened anew by each call. */
  protected abstract Kms kms();

  /** What it says of a key that it was told to destroy. */
  protected Kms.Standing afterDestroy() {
    return Kms.Standing.ABSENT;
  }

  @Test
  void wrappedKeyOpensOnlyAsItWasWrapped() {
    var kms = kms();
    kms.ensure("journal-2026-11");
    kms.ensure("journal-2026-12");
    var wrapped = kms.wrap("journal-2026-11", DATA_KEY, AAD);
    assertThat(wrapped)
        .isNotEqualTo(kms.wrap("journal-2026-11", DATA_KEY, AAD))
        .hasSizeLessThan(400);
    assertThat(HexFormat.of().formatHex(wrapped)).doesNotContain("8899aabbccddeeff00112233");
    assertThat(kms.unwrap("journal-2026-11", wrapped, AAD)).isEqualTo(DATA_KEY);
    assertThatThrownBy(() -> kms.unwrap("journal-2026-11", wrapped, new byte[] {0, 1}))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> kms.unwrap("journal-2026-12", wrapped, AAD))
        .isInstanceOf(KmsException.class);
    for (int at = 0; at < wrapped.length; at++) {
      var bent = wrapped.clone();
      bent[at] ^= 4;
      assertThatThrownBy(() -> kms.unwrap("journal-2026-11", bent, AAD))
          .as("byte %s", at)
          .isInstanceOf(KmsException.class);
    }
    assertThatThrownBy(() -> kms.unwrap("journal-2026-11", new byte[3], AAD))
        .isInstanceOf(KmsException.class);
  }

  @Test
  void whatIsMadeIsThereForTheNextWhoOpens() {
    var kms = kms();
    kms.ensure("journal-2026-11");
    var wrapped = kms.wrap("journal-2026-11", DATA_KEY, AAD);
    kms.ensure("journal-2026-11"); // not another one
    var again = kms();
    assertThat(again.unwrap("journal-2026-11", wrapped, AAD)).isEqualTo(DATA_KEY);
    assertThat(again.identity().key()).isEqualTo(kms.identity().key());
    assertThat(again.name()).isEqualTo(kms.name());
    assertThat(again.keys()).contains("journal-2026-11");
  }

  @Test
  void keyMadeBesideAnOpenServiceIsFound() {
    var here = kms();
    var beside = kms();
    here.ensure("journal-2026-01");
    beside.ensure("journal-2026-02");
    var wrapped = beside.wrap("journal-2026-02", DATA_KEY, AAD);
    assertThat(here.unwrap("journal-2026-02", wrapped, AAD)).isEqualTo(DATA_KEY);
    assertThat(kms().keys()).contains("journal-2026-01", "journal-2026-02");
  }

  @Test
  void destroyedKeyOpensNothingAnyMoreAndTheOthersDo() {
    var kms = kms();
    kms.ensure("journal-2020-01");
    kms.ensure("journal-2020-02");
    var gone = kms.wrap("journal-2020-01", DATA_KEY, AAD);
    var kept = kms.wrap("journal-2020-02", DATA_KEY, AAD);
    assertThat(kms.standing("journal-2020-01")).isEqualTo(Kms.Standing.USABLE);
    assertThat(kms.destroy("journal-2020-01")).isEqualTo(afterDestroy());
    assertThat(kms.standing("journal-2020-01")).isEqualTo(afterDestroy());
    assertThat(kms.keys()).contains("journal-2020-02");
    assertThat(kms.keys().contains("journal-2020-01"))
        .isEqualTo(afterDestroy() != Kms.Standing.ABSENT);
    assertThatThrownBy(() -> kms.unwrap("journal-2020-01", gone, AAD))
        .isInstanceOf(KmsException.class);
    assertThatThrownBy(() -> kms().unwrap("journal-2020-01", gone, AAD))
        .isInstanceOf(KmsException.class);
    assertThat(kms.unwrap("journal-2020-02", kept, AAD)).isEqualTo(DATA_KEY);
    // The name may come back, the key does not.
    if (afterDestroy() == Kms.Standing.ABSENT) {
      kms.ensure("journal-2020-01");
    } else {
      assertThatThrownBy(() -> kms.ensure("journal-2020-01")).isInstanceOf(KmsException.class);
    }
    assertThatThrownBy(() -> kms.unwrap("journal-2020-01", gone, AAD))
        .isInstanceOf(KmsException.class);
  }

  @Test
  void whatIsNotThereIsSaid() {
    var kms = kms();
    assertThat(kms.standing("never-made")).isEqualTo(Kms.Standing.ABSENT);
    assertThatThrownBy(() -> kms.wrap("never-made", DATA_KEY, AAD))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("never-made");
    assertThatThrownBy(() -> kms.destroy("never-made"))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("never-made");
    for (var bad : new String[] {"", "A", "a/b", "a b", "-a", "a-", "ä", "a".repeat(65), "a?b=c"}) {
      assertThatThrownBy(() -> kms.ensure(bad)).as(bad).isInstanceOf(KmsException.class);
    }
    assertThat(kms.keys()).doesNotContain("journal-identity", "identity");
  }

  @Test
  void signatureIsTheIdentitys() throws Exception {
    var kms = kms();
    var message = "a checkpoint\n\u2014 \u0000".getBytes(UTF_8);
    var signed = kms.sign(message);
    assertThat(verifies(kms.identity(), message, signed)).isTrue();
    message[0] ^= 1;
    assertThat(verifies(kms.identity(), message, signed)).isFalse();
  }

  @Test
  void manyThreadsAtOnce() {
    var kms = kms();
    kms.ensure("journal-2026-11");
    IntStream.range(0, 64)
        .parallel()
        .forEach(
            i -> {
              var aad = ("aad " + i).getBytes(UTF_8);
              var wrapped = kms.wrap("journal-2026-11", DATA_KEY, aad);
              assertThat(kms.unwrap("journal-2026-11", wrapped, aad)).isEqualTo(DATA_KEY);
              assertThat(kms.sign(aad)).isNotEmpty();
            });
  }

  @Test
  void saysNothingOfItself() {
    assertThat(kms()).hasToString("[key]");
  }

  private static boolean verifies(IdentityKey identity, byte[] message, byte[] signed)
      throws Exception {
    boolean ed25519 = identity.algorithm() == IdentityKey.Algorithm.ED25519;
    var signature = Signature.getInstance(ed25519 ? "Ed25519" : "SHA256withECDSA");
    signature.initVerify(publicKey(identity, ed25519));
    signature.update(message);
    return signature.verify(signed);
  }

  private static PublicKey publicKey(IdentityKey identity, boolean ed25519) throws Exception {
    var info = new ByteArrayOutputStream();
    if (ed25519) {
      info.writeBytes(HexFormat.of().parseHex("302a300506032b6570032100"));
    }
    info.writeBytes(identity.key());
    return KeyFactory.getInstance(ed25519 ? "Ed25519" : "EC")
        .generatePublic(new X509EncodedKeySpec(info.toByteArray()));
  }
}
