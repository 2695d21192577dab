package io.sallyport.proxy.journal;

import static io.sallyport.proxy.journal.Kept.NOVEMBER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Disposed;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalReader.Filter;
import io.sallyport.proxy.kms.Kms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A month under a hold on one patient: that patient's records stay, the rest goes. */
class HoldVaultTest {
  @TempDir static Path made;
  @TempDir Path dir;
  private static Kept base;
  private static long hold;
  private static long searched;
  private Kept kept;

  @BeforeAll
  static void months() {
    base = new Kept(made);
    try (var open = base.open()) {
      Entries.exchange(open, "1", "p1", "p2");
      Entries.exchange(open, "2", "p3");
      var many = new String[3_000]; // an answer of several frames, of whom p1 is one
      for (int i = 0; i < many.length; i++) {
        many[i] = "patient-with-a-long-name-" + i;
      }
      many[2_999] = "p1";
      searched = Entries.exchange(open, "3", many);
      hold = base.retention(open).hold(RetentionRequests.approve(base.hold(null, null), base.jane));
    }
    base.late();
    base.open().close();
  }

  @BeforeEach
  void copy() throws Exception {
    kept = new Kept(base, dir);
  }

  private String request() {
    return kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS, true));
  }

  private void dispose() {
    try (var open = kept.open()) {
      kept.retention(open).dispose(request());
    }
  }

  private String vaultKey() throws Exception {
    return Vault.kek(Origin.name(kept.journal), hold);
  }

  private List<JournalReader.Entry> of(String patient) {
    return new JournalReader(kept.journal, kept.kms).entries(new Filter(patient, "", null));
  }

  @Test
  void withoutAVaultTheHoldBlocks() {
    assertThatThrownBy(() -> kept.request(NOVEMBER, RetentionClass.ACCESS, false))
        .hasMessageContaining("on hold by record " + hold);
    assertThat(kept.request(NOVEMBER, RetentionClass.ACCESS, true)).contains("\nholds " + hold);
  }

  @Test
  void whatIsHeldIsReadAsBeforeAndTheRestIsGone() throws Exception {
    var before = of("p1");
    assertThat(before).hasSize(5); // two exchanges, and the hold itself
    dispose();
    assertThat(of("p1")).usingRecursiveComparison().isEqualTo(before);
    assertThat(of("p3")).isEmpty();
    assertThat(kept.entries()).filteredOn(e -> e.entry() instanceof Disposed).hasSize(2);
    assertThat(Kept.tried(kept.journal, kept.kms))
        .filteredOn(t -> t.key().equals("journal-2026-11-access"))
        .isNotEmpty()
        .noneMatch(Kept.Tried::opens);
    assertThat(kept.verify().okSealed()).isTrue();
    assertThat(new JournalVerifier(kept.journal, key(), List.of(), kept.kms).verify().problem())
        .isEmpty();
    assertThat(LogProof.check(key(), LogProof.make(kept.journal, searched)).seq())
        .isEqualTo(searched);
  }

  private String key() throws Exception {
    return Files.readString(kept.journal.resolve("journal.pub")).strip();
  }

  @Test
  void releaseEndsTheVault() throws Exception {
    dispose();
    try (var open = kept.open()) {
      var release = RetentionRequests.release(kept.journal, hold, "root", "settled", kept.now());
      kept.retention(open).release(kept.approved(release));
    }
    assertThat(kept.kms.standing(vaultKey())).isEqualTo(Kms.Standing.ABSENT);
    assertThat(of("p1"))
        .extracting(e -> e.entry().getClass().getSimpleName())
        .containsExactly("Hold");
    assertThat(kept.entries()).filteredOn(e -> e.entry() instanceof Disposed).hasSize(6);
    assertThat(kept.entries()).noneMatch(e -> e.entry() instanceof Outcome);
  }

  @Test
  void vaultKeyThatAKillLeftIsDestroyedAtTheNextStart() throws Exception {
    dispose();
    try (var open = kept.open()) {
      var release = RetentionRequests.release(kept.journal, hold, "root", "settled", kept.now());
      kept.kms.destroying = MemoryKms.Destroying.REFUSED;
      assertThatThrownBy(() -> kept.retention(open).release(kept.approved(release)))
          .isInstanceOf(io.sallyport.proxy.kms.KmsException.class);
    }
    kept.kms.destroying = MemoryKms.Destroying.AT_ONCE;
    try (var open = kept.open()) {
      kept.retention(open).check();
    }
    assertThat(kept.kms.standing(vaultKey())).isEqualTo(Kms.Standing.ABSENT);
  }

  @Tag("long")
  @Test
  void vaultOfAHoldInForceSurvivesAStartAndAnotherJournalsDoes() throws Exception {
    dispose();
    var anothers = Vault.kek("auditlog.local/another", hold);
    kept.kms.ensure(anothers);
    try (var open = kept.open()) {
      kept.retention(open).check();
    }
    assertThat(kept.kms.standing(anothers)).isEqualTo(Kms.Standing.USABLE);
    assertThat(kept.kms.standing(vaultKey())).isEqualTo(Kms.Standing.USABLE);
  }

  @Tag("long")
  @Test
  void changedOrMissingVaultIsSaid() throws Exception {
    dispose();
    Path file;
    try (var files = Files.list(kept.journal.resolve("vault"))) {
      file = files.findFirst().orElseThrow();
    }
    for (long at : new long[] {0, 5, 70, Files.size(file) - 1}) {
      Damage.flip(file, at, 0);
      assertThatThrownBy(() -> kept.entries()).hasStackTraceContaining("was changed");
      Damage.flip(file, at, 0);
    }
    assertThat(of("p1")).hasSize(5);
    Files.delete(file);
    assertThatThrownBy(() -> kept.entries()).hasStackTraceContaining("bring the hold vault back");
  }

  @Tag("long")
  @Test
  void vaultOfADisposalThatWasAbandonedIsNotInTheWayOfTheNext() throws Exception {
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      kept.kms.destroying = MemoryKms.Destroying.REFUSED;
      assertThatThrownBy(() -> retention.dispose(request()))
          .isInstanceOf(io.sallyport.proxy.kms.KmsException.class);
      long second = retention.hold(RetentionRequests.approve(kept.hold(null, null), kept.joe));
      kept.kms.destroying = MemoryKms.Destroying.AT_ONCE;
      retention.check();
      assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).disposal().state())
          .isEqualTo(Disposal.State.ABANDONED);
      retention.dispose(request());
      assertThat(of("p1")).filteredOn(e -> e.entry() instanceof Outcome).hasSize(2);
      var release = RetentionRequests.release(kept.journal, hold, "root", "one", kept.now());
      retention.release(kept.approved(release));
      // The second hold is in force, and has a vault of its own.
      assertThat(of("p1")).filteredOn(e -> e.entry() instanceof Outcome).hasSize(2);
      release = RetentionRequests.release(kept.journal, second, "root", "both", kept.now());
      retention.release(kept.approved(release));
      assertThat(of("p1")).noneMatch(e -> e.entry() instanceof Outcome);
    }
  }

  @Tag("long")
  @Test
  void wideHoldHasNoVault() {
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      var wide =
          RetentionRequests.hold(
              kept.journal, null, null, "", "", "court 8", "all of it", "root", kept.now());
      long second = retention.hold(RetentionRequests.approve(wide, kept.jane));
      assertThatThrownBy(() -> request()).hasMessageContaining("on hold by record " + second);
    }
  }

  @Test
  void holdThatTheRequestDoesNotNameBlocks() {
    var request = request();
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      long second = retention.hold(RetentionRequests.approve(kept.hold(null, null), kept.joe));
      assertThatThrownBy(() -> retention.dispose(request))
          .isInstanceOf(RetentionRefused.class)
          .hasMessageContaining("on hold by record " + second);
    }
  }
}
