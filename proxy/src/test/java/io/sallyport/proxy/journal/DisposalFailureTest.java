package io.sallyport.proxy.journal;

import static io.sallyport.proxy.journal.Kept.NOVEMBER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Disposed;
import io.sallyport.proxy.kms.KmsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes between the decision and the certificate: nothing stays half done, or silent. */
class DisposalFailureTest {
  @TempDir static Path made;
  @TempDir Path dir;
  private static Kept months;
  private Kept kept;

  @BeforeAll
  static void months() {
    months = new Kept(made).months().late();
  }

  @BeforeEach
  void copy() throws Exception {
    kept = new Kept(months, dir);
  }

  private String dispose(YearMonth month, RetentionClass retention) {
    try (var open = kept.open()) {
      return kept.retention(open).dispose(kept.approved(kept.request(month, retention)));
    }
  }

  @Test
  void keyThatIsGoneWithoutACertificateIsNoDisposal() {
    kept.kms.destroy(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS));
    assertThatThrownBy(() -> kept.entries()).isInstanceOf(KmsException.class);
  }

  @Test
  void killBetweenKeyAndCertificateIsFinishedAtTheNextStart() throws Exception {
    kept.kms.destroying = MemoryKms.Destroying.KILLED;
    assertThatThrownBy(() -> dispose(NOVEMBER, RetentionClass.ACCESS))
        .isInstanceOf(MemoryKms.Killed.class);
    assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).disposal().state())
        .isEqualTo(Disposal.State.BEGUN);
    assertThatThrownBy(() -> kept.entries()).isInstanceOf(KmsException.class); // nothing is silent
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      var key = FileKeys.kek(NOVEMBER, RetentionClass.ACCESS);
      try (var keeper = RetentionKeeper.start(retention)) {
        assertThat(keeper).isNotNull();
        Entries.await(() -> retention.disposals.gone(key) != null);
      }
    }
    var found = kept.found(NOVEMBER, RetentionClass.ACCESS).disposal();
    assertThat(found.state()).isEqualTo(Disposal.State.DESTROYED);
    assertThat(found.tried()).isEqualTo(1);
    assertThat(kept.entries()).filteredOn(e -> e.entry() instanceof Disposed).hasSize(2);
    assertThat(kept.verify().okSealed()).isTrue();
  }

  @Test
  void keyServiceThatRefusesIsAskedAgain() throws Exception {
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      var request = kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS));
      kept.kms.destroying = MemoryKms.Destroying.REFUSED;
      assertThatThrownBy(() -> retention.dispose(request))
          .isInstanceOf(KmsException.class)
          .hasMessageContaining("begun by record")
          .hasMessageContaining("denied");
      assertThatThrownBy(() -> retention.check()).isInstanceOf(KmsException.class);
      assertThatThrownBy(() -> retention.dispose(request)).hasMessageContaining("begun by record");
      kept.kms.destroying = MemoryKms.Destroying.AT_ONCE;
      retention.check();
      assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).disposal().state())
          .isEqualTo(Disposal.State.DESTROYED);
    }
  }

  @Test
  void keyThatSomebodyElseDestroysAfterBegunIsCertified() throws Exception {
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      var request = kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS));
      kept.kms.destroying = MemoryKms.Destroying.REFUSED;
      assertThatThrownBy(() -> retention.dispose(request)).isInstanceOf(KmsException.class);
      kept.kms.destroying = MemoryKms.Destroying.AT_ONCE;
      kept.kms.destroy(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS));
      retention.check();
      var found = kept.found(NOVEMBER, RetentionClass.ACCESS).disposal();
      assertThat(found.state()).isEqualTo(Disposal.State.DESTROYED);
      assertThat(found.tried()).isEqualTo(1);
    }
  }

  @Test
  void keyThatIsOnlySwitchedOffIsDestroyed() throws Exception {
    kept.kms.disable(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS));
    dispose(NOVEMBER, RetentionClass.ACCESS);
    assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).disposal().state())
        .isEqualTo(Disposal.State.DESTROYED);
    kept.kms.restore();
    assertThat(Kept.tried(kept.journal, kept.kms))
        .noneMatch(t -> t.opens() && t.key().equals("journal-2026-11-access"));
  }

  @Test
  void holdThatComesInBetweenAbandonsIt() throws Exception {
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      kept.kms.destroying = MemoryKms.Destroying.REFUSED;
      assertThatThrownBy(
              () -> retention.dispose(kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS))))
          .isInstanceOf(KmsException.class);
      long hold = retention.hold(RetentionRequests.approve(kept.hold(null, null), kept.jane));
      kept.kms.destroying = MemoryKms.Destroying.AT_ONCE;
      retention.check();
      var found = kept.found(NOVEMBER, RetentionClass.ACCESS).disposal();
      assertThat(found.state()).isEqualTo(Disposal.State.ABANDONED);
      assertThat(found.service()).isEqualTo("on hold by record " + hold);
      assertThat(Kept.tried(kept.journal, kept.kms)).allMatch(Kept.Tried::opens);
    }
  }

  @Test
  void serviceThatLiesIsFoundOutByWhatStillOpens() throws Exception {
    try (var open = kept.open()) {
      var request = kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS));
      kept.kms.destroying = MemoryKms.Destroying.LIED;
      assertThatThrownBy(() -> kept.retention(open).dispose(request))
          .isInstanceOf(RetentionRefused.class)
          .hasMessageContaining("still opens");
    }
    assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).disposal().state())
        .isEqualTo(Disposal.State.BEGUN);
  }

  @Test
  void serviceThatOnlySaysSoIsFoundOut() {
    kept.kms.destroying = MemoryKms.Destroying.PRETENDED;
    assertThatThrownBy(() -> dispose(NOVEMBER, RetentionClass.ACCESS))
        .isInstanceOf(RetentionRefused.class)
        .hasMessageContaining("did not");
  }

  @Test
  void keyThatIsKeptForAWhileGetsASecondCertificate() throws Exception {
    kept.kms.destroying = MemoryKms.Destroying.LATER;
    dispose(NOVEMBER, RetentionClass.ACCESS);
    var first = kept.found(NOVEMBER, RetentionClass.ACCESS);
    assertThat(first.disposal().state()).isEqualTo(Disposal.State.SCHEDULED);
    assertThat(kept.entries()).filteredOn(e -> e.entry() instanceof Disposed).hasSize(2);
    try (var open = kept.open()) {
      var retention = kept.retention(open);
      retention.check();
      assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS).seq()).isEqualTo(first.seq());
      kept.kms.expire();
      retention.check();
    }
    var second = kept.found(NOVEMBER, RetentionClass.ACCESS);
    assertThat(second.disposal().state()).isEqualTo(Disposal.State.DESTROYED);
    assertThat(second.disposal().begun()).isEqualTo(first.disposal().begun());
    assertThat(second.seq()).isGreaterThan(first.seq());
  }

  @Test
  void destructionThatSomebodyTakesBackIsAnAlert() {
    kept.kms.destroying = MemoryKms.Destroying.LATER;
    dispose(NOVEMBER, RetentionClass.ACCESS);
    kept.kms.restore();
    try (var open = kept.open()) {
      kept.retention(open).check();
    }
    assertThat(kept.entries())
        .anyMatch(
            e ->
                e.entry() instanceof JournalEntry.Alert a
                    && a.what().equals("disposal-undone")
                    && a.detail().contains("journal-2026-11-access"));
  }

  @Test
  void filesToComeAreNotDisposedOf() throws Exception {
    try (var open = kept.open()) {
      Entries.await(() -> open.space().keys() == KeyChain.AHEAD);
      var late = Duration.between(Instant.parse("2026-11-27T00:00:00Z"), kept.now());
      kept.world.step(late.negated()); // somebody sets the clock, and one more key is made ahead
      kept.world.roll(open);
      Entries.await(() -> open.space().ahead(NOVEMBER));
      kept.world.step(late);
      var request = kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS));
      assertThatThrownBy(() -> kept.retention(open).dispose(request))
          .isInstanceOf(RetentionRefused.class)
          .hasMessageContaining("files to come");
    }
  }

  @Test
  void certificateOfAnotherThanTheIdentityIsBadAndNotBelieved() throws Exception {
    long seq;
    try (var open = kept.open()) {
      var request = kept.approved(kept.request(NOVEMBER, RetentionClass.ACCESS));
      seq = forge(kept, open, request);
    }
    assertThat(kept.verify().firstBad()).isEqualTo(seq);
    assertThat(kept.verify().problem()).contains("the certificate of a disposal is not signed");
    assertThat(kept.found(NOVEMBER, RetentionClass.ACCESS)).isNull();
    assertThat(RetentionTable.months(kept.journal, kept.kms, kept.policy, kept.now()))
        .noneMatch(row -> row.state().contains("disposed"));
    kept.kms.destroy(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS));
    assertThatThrownBy(() -> kept.entries()).isInstanceOf(KmsException.class);
  }

  /** Has the journal record a certificate that a key of the same name has signed. */
  static long forge(Kept kept, ChronicleJournal open, String request) throws Exception {
    var foreign = EpochKey.fresh(Origin.name(kept.journal));
    var forged =
        new Disposal(
            foreign.key().name(),
            Disposal.State.DESTROYED,
            -1,
            "memory:1: absent",
            1,
            kept.now().truncatedTo(ChronoUnit.SECONDS),
            List.of(kept.jane.line(), kept.joe.line()),
            request);
    var entry = forged.entry(forged.sign(foreign));
    return Entries.done(open.append("", entry, Durability.DISK)).sequence();
  }
}
