package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the directory, made by any tool while the appliance runs, is a backup. */
class BackupTest {
  private static final String CANARY = "canary-4711-of-plain-text";

  @TempDir Path dir;

  private static boolean holds(Path directory, String text) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        if (new String(Files.readAllBytes(file), UTF_8).contains(text)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void copyOfALiveJournalVerifiesStaysEncryptedAndGoesOn() throws Exception {
    var kept = new Kept(dir);
    var copy = Files.createDirectory(dir.resolve("copy"));
    var stop = new AtomicBoolean();
    try (var open = kept.open()) {
      Entries.done(open.append("", new Alert("first", CANARY), Durability.DISK));
      var writing =
          new Thread(
              () -> {
                for (int i = 0; !stop.get(); i++) {
                  Entries.exchange(open, CANARY + i, "p1");
                }
              });
      writing.start();
      Entries.await(() -> open.appended() > 50);
      Damage.copy(kept.journal, copy.resolve("journal"));
      stop.set(true);
      writing.join();
    }
    assertThat(holds(copy, CANARY)).isFalse();
    var publicKey = Files.readString(kept.journal.resolve("journal.pub")).strip();
    var found = new JournalVerifier(copy.resolve("journal"), publicKey).verify();
    assertThat(found.problem()).isEmpty();
    assertThat(found.records()).isGreaterThan(50);
    assertThatThrownBy(
            () ->
                new JournalReader(copy.resolve("journal"), new MemoryKms())
                    .entries(JournalReader.Filter.ALL))
        .isInstanceOf(KmsException.class);
    var shown =
        new JournalReader(copy.resolve("journal"), kept.kms).entries(JournalReader.Filter.ALL);
    assertThat(shown).anyMatch(e -> e.entry().equals(new Alert("first", CANARY)));

    // Restored: it goes on in a new run, and admits where the copy ended.
    try (var open =
        ChronicleJournal.open(copy.resolve("journal"), kept.kms, kept.world.settings())) {
      Entries.done(open.append("", new Alert("restored", ""), Durability.DISK));
    }
    var restored = new JournalVerifier(copy.resolve("journal"), publicKey).verify();
    assertThat(restored.problem()).isEmpty();
    assertThat(restored.okSealed()).isTrue();
    assertThat(restored.records()).isGreaterThan(found.records());
  }

  @Test
  void theCanaryWouldBeFound() throws Exception {
    Files.writeString(dir.resolve("plain"), "x" + CANARY + "y");
    assertThat(holds(dir, CANARY)).isTrue();
  }

  /** Sparse copies have other blocks and the same bytes. */
  @Test
  void sparseCopyIsTheSame() throws Exception {
    var kept = new Kept(dir);
    var copy = dir.resolve("sparse");
    try (var open = kept.open()) {
      Kept.write(open, "one");
      var cp =
          new ProcessBuilder(
                  "cp", "-a", "--sparse=always", kept.journal.toString(), copy.toString())
              .inheritIO()
              .start();
      assertThat(cp.waitFor()).isZero();
    }
    var publicKey = Files.readString(kept.journal.resolve("journal.pub")).strip();
    assertThat(new JournalVerifier(copy, publicKey).verify().problem()).isEmpty();
  }
}
