package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path dir;
  private LogKey key;
  private Checkpoint checkpoint;

  @BeforeEach
  void sign() {
    var kms = Entries.kms(dir);
    key = new LogKey("auditlog.local/test", kms.identity().key());
    checkpoint = Checkpoint.sign(new Identity(key, kms), 4711, new byte[32]);
  }

  @Test
  void verifierKeyAndSignatureAreThoseOfOtherImplementations() {
    // The example of Go's golang.org/x/mod/sumdb/note.
    var known = LogKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    var text =
        "If you think cryptography is the answer to your problem,\n"
            + "then you don't know what your problem is.\n";
    var signed =
        Base64.getDecoder()
            .decode(
                "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=");
    assertThat(Arrays.copyOf(signed, 4)).isEqualTo(known.id());
    var signature = Arrays.copyOfRange(signed, 4, signed.length);
    assertThat(known.verifies(text.getBytes(UTF_8), signature)).isTrue();
    assertThat(known.verifies(text.toUpperCase().getBytes(UTF_8), signature)).isFalse();
  }

  @Test
  void exampleOfTheSignedNoteSpecificationVerifies() {
    var key = LogKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    var note =
        "This is an example message.\n\n"
            + "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
            + "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    assertThat(Note.parse(note).verifies(key)).isTrue();
    assertThat(Note.parse(note.replace("example m", "example n")).verifies(key)).isFalse();
  }

  @Test
  void noteIsReadBackAndProven() {
    var lines = checkpoint.note().split("\n");
    assertThat(lines).hasSize(5).startsWith("auditlog.local/test", "4711");
    var read = Checkpoint.parse(LogKey.parse(key.line()).name(), checkpoint.note());
    assertThat(read.size()).isEqualTo(4711);
    assertThat(read.root()).isEqualTo(new byte[32]);
    assertThat(read.verifies(key)).isTrue();
  }

  @Test
  void cosignaturesOfOthersArePassedOver() {
    var cosigned = checkpoint.note() + "\u2014 witness.example/w AAAAAAAA\n";
    assertThat(Checkpoint.parse(key.name(), cosigned).note()).isEqualTo(checkpoint.note());
  }

  @Test
  void anotherSizeIsNotWhatWasSigned() {
    var bent = checkpoint.note().replace("\n4711\n", "\n4712\n");
    assertThat(Checkpoint.parse(key.name(), bent).verifies(key)).isFalse();
  }

  @Test
  void whatIsSpelledOtherwiseIsNoCheckpoint() {
    for (var bent :
        new String[] {
          "",
          "\n",
          checkpoint.note().replace("\n4711\n", "\n04711\n"),
          checkpoint.note().replace("\n4711\n", "\n+4711\n"),
          checkpoint.note().replace("\n4711\n", "\n-1\n"),
          checkpoint.note().replace("auditlog.local/test\n4", "auditlog.local/else\n4"),
          checkpoint.note().replace("\n\n", "\nextension\n\n"),
          checkpoint.note().stripTrailing(),
          checkpoint.note().replace("AAAA", "AAA="),
        }) {
      assertThatThrownBy(() -> Checkpoint.parse(key.name(), bent))
          .as(bent)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void damagedVerifierKeyIsRefused() {
    for (var bent :
        new String[] {
          "", "a+b", key.line().replace("auditlog", "auditlag"), key.line().replace("+A", "+B")
        }) {
      assertThatThrownBy(() -> LogKey.parse(bent))
          .as(bent)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
