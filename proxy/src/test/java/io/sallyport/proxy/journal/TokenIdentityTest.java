package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An identity that signs as those in PKCS#11 tokens do: with ECDSA on P-256. */
class TokenIdentityTest {
  @TempDir Path dir;

  record Token(Kms store, KeyPair pair) implements Kms {
    static Token in(Path dir) throws GeneralSecurityException {
      var ec = KeyPairGenerator.getInstance("EC");
      ec.initialize(new ECGenParameterSpec("secp256r1"));
      return new Token(Entries.kms(dir), ec.generateKeyPair());
    }

    @Override
    public byte[] sign(byte[] message) {
      try {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new KmsException("cannot sign", e);
      }
    }

    @Override
    public IdentityKey identity() {
      return new IdentityKey(IdentityKey.Algorithm.ECDSA_P256, pair.getPublic().getEncoded());
    }

    @Override
    public void ensure(String key) {
      store.ensure(key);
    }

    @Override
    public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
      return store.wrap(key, dataKey, aad);
    }

    @Override
    public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
      return store.unwrap(key, wrapped, aad);
    }

    @Override
    public Standing standing(String key) {
      return store.standing(key);
    }

    @Override
    public List<String> keys() {
      return store.keys();
    }

    @Override
    public Standing destroy(String key) {
      return store.destroy(key);
    }

    @Override
    public String name() {
      return store.name();
    }
  }

  @Test
  void journalOfATokenIsProvenByItsPublicKey() throws Exception {
    var journal = dir.resolve("journal");
    var token = Token.in(dir);
    for (int run = 0; run < 2; run++) {
      try (var open = ChronicleJournal.open(journal, token, Clock.systemUTC())) {
        Entries.done(open.append("", new JournalEntry.Alert("on", ""), Durability.DISK));
      }
    }
    var line = Files.readString(journal.resolve("journal.pub"));
    var result = new JournalVerifier(journal, line).verify();
    assertThat(result.problem()).isEmpty();
    assertThat(result.okSealed()).isTrue();
    var another = LogKey.of(Origin.name(journal), Token.in(dir).identity()).line();
    assertThat(new JournalVerifier(journal, another).verify().ok()).isFalse();
    assertThatThrownBy(() -> ChronicleJournal.open(journal, Token.in(dir), Clock.systemUTC()))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining("identity");
  }

  @Test
  void verifierKeyIsReadAsItIsWritten() throws Exception {
    var token = Token.in(dir);
    var key = LogKey.of("auditlog.local/a", token.identity());
    var again = LogKey.parse(key.line());
    var message = "text\n".getBytes(UTF_8);
    assertThat(again.verifies(message, token.sign(message))).isTrue();
    assertThat(again.verifies("other\n".getBytes(UTF_8), token.sign(message))).isFalse();
    assertThat(again.verifies(message, new byte[3])).isFalse();
    var typed = key.line().substring(0, key.line().lastIndexOf('+') + 1);
    for (var bad :
        List.of("", "AA==", "AgECAw==", "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")) {
      assertThatThrownBy(() -> LogKey.parse(typed + bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void signatureHasOneSpelling() throws Exception {
    var token = Token.in(dir);
    var key = LogKey.of("auditlog.local/a", token.identity());
    var message = "text\n".getBytes(UTF_8);
    for (int i = 0; i < 40; i++) { // numbers with and without a zero before them
      var der = token.sign(message);
      assertThat(key.verifies(message, der)).isTrue();
      assertThat(key.verifies(message, Arrays.copyOf(der, der.length + 1))).isFalse();
      int second = 4 + der[3]; // where the second number begins
      for (int number : new int[] {2, second}) {
        var padded = new byte[der.length + 1];
        System.arraycopy(der, 0, padded, 0, number + 2);
        System.arraycopy(der, number + 2, padded, number + 3, der.length - number - 2);
        padded[1]++;
        padded[number + 1]++;
        assertThat(key.verifies(message, padded)).isFalse();
        if (der[number + 2] == 0) { // without its zero it is a negative number
          var negative = new byte[der.length - 1];
          System.arraycopy(der, 0, negative, 0, number + 2);
          System.arraycopy(der, number + 3, negative, number + 2, der.length - number - 3);
          negative[1]--;
          negative[number + 1]--;
          assertThat(key.verifies(message, negative)).isFalse();
        }
      }
      for (int cut = 0; cut < der.length; cut++) {
        assertThat(key.verifies(message, Arrays.copyOf(der, cut))).isFalse();
      }
    }
  }

  @Test
  void bentProofProvesNothing() throws Exception {
    var journal = dir.resolve("journal");
    try (var open = ChronicleJournal.open(journal, Token.in(dir), Clock.systemUTC())) {
      Entries.done(open.append("", new JournalEntry.Alert("on", ""), Durability.DISK));
    }
    var key = Files.readString(journal.resolve("journal.pub"));
    assertThat(TilesTest.bentAndStillProofs(key, LogProof.make(journal, 2))).isEmpty();
  }
}
