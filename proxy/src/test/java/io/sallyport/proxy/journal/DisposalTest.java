package io.sallyport.proxy.journal;

import static io.sallyport.proxy.journal.Kept.DECEMBER;
import static io.sallyport.proxy.journal.Kept.NOVEMBER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Disposed;
import io.sallyport.proxy.journal.JournalReader.Filter;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disposal does: to its records, to all others, and to what is proven. */
class DisposalTest {
  @TempDir static Path made;
  @TempDir Path dir;
  private static Kept months;
  private static Kept done;
  private static String note;
  private Kept kept;

  @BeforeAll
  static void months() throws Exception {
    months = new Kept(Files.createDirectory(made.resolve("months"))).months().late();
    done = new Kept(months, made.resolve("done"));
    try (var open = done.open()) {
      var request = done.request(NOVEMBER, RetentionClass.ACCESS);
      note = done.retention(open).dispose(done.approved(request));
    }
  }

  private void dispose(ChronicleJournal open, String key) {
    var request = kept.request(DisposalRequest.month(key), DisposalRequest.retention(key));
    kept.retention(open).dispose(kept.approved(request));
  }

  @Test
  void certificateSaysWhatWasDoneByWhomAndThatItWasProven() throws Exception {
    kept = new Kept(done, dir);
    var found = kept.found(NOVEMBER, RetentionClass.ACCESS);
    var certificate = found.disposal();
    assertThat(certificate.state()).isEqualTo(Disposal.State.DESTROYED);
    assertThat(certificate.tried()).isEqualTo(1);
    assertThat(certificate.approved()).isEqualTo("jane, joe");
    assertThat(certificate.asked().records().frames()).isEqualTo(2);
    assertThat(note)
        .contains(
            "method cryptographic erase, NIST SP 800-88",
            "service memory:1: absent",
            "> reason six years are over",
            "approver " + kept.jane.line());
    // Everything in it is proven by public keys alone.
    var identity = LogKey.of(Origin.name(kept.journal), kept.kms.identity());
    assertThat(Note.parse(note).verifiesAlone(identity)).isTrue();
    assertThat(Note.parse(certificate.request()).verifies(LogKey.parse(kept.jane.line()))).isTrue();
    assertThat(Note.parse(certificate.request()).verifies(LogKey.parse(kept.joe.line()))).isTrue();
    assertThat(Disposal.parse(identity.name(), Note.parse(note))).isEqualTo(certificate);
  }

  @Test
  void showGoesOnAndNamesTheCertificate() throws Exception {
    kept = new Kept(done, dir);
    var certificate = kept.found(NOVEMBER, RetentionClass.ACCESS).seq();
    var lines = kept.entries().stream().map(JournalReader::toLine).toList();
    assertThat(lines)
        .filteredOn(
            l ->
                l.endsWith(
                    "[disposed: journal-2026-11-access, certificate in record "
                        + certificate
                        + "]"))
        .hasSize(2);
    assertThat(lines).anyMatch(l -> l.contains("disposal state=destroyed"));
    var reader = new JournalReader(kept.journal, kept.kms);
    assertThat(reader.entries(new Filter("p-november", "", null))).isEmpty();
    assertThat(reader.entries(new Filter("p-december", "", null))).hasSize(2);
  }

  @Test
  void whoFollowsPassesOverIt() throws Exception {
    kept = new Kept(done, dir);
    var seen = new ArrayList<JournalEntry>();
    try (var tail = new JournalTail(kept.journal, kept.kms, 0, () -> Long.MAX_VALUE)) {
      for (var next = tail.next(); next != null; next = tail.next()) {
        seen.add(next.read().entry());
      }
    }
    assertThat(seen).noneMatch(e -> e instanceof Disposed);
    assertThat(seen).filteredOn(e -> e instanceof JournalEntry.Outcome).hasSize(1);
    assertThat(seen).filteredOn(e -> e instanceof JournalEntry.Disposing).hasSize(2);
  }

  @Test
  void keyServiceThatIsAwayIsNoDisposal() throws Exception {
    kept = new Kept(done, dir);
    kept.kms.away = true;
    assertThatThrownBy(() -> kept.entries()).isInstanceOf(KmsException.class);
  }

  @Test
  void certificateThatTheIdentityDidNotSignIsBad() throws Exception {
    kept = new Kept(done, dir);
    var place =
        Damage.frames(kept.journal).stream()
            .filter(f -> f.type() == FrameType.DISPOSAL)
            .findFirst()
            .orElseThrow();
    for (int at = Frame.HEADER; at < place.length(); at += 300) {
      Damage.flip(place.file(), place.offset() + at, 0);
      assertThat(kept.verify().firstBad()).as("byte %s", at).isEqualTo(place.seq());
      Damage.flip(place.file(), place.offset() + at, 0);
    }
    assertThat(kept.verify().ok()).isTrue();
  }

  @Test
  void keyMadeAnewUnderTheOldNameOpensNothing() throws Exception {
    kept = new Kept(done, dir);
    var key = FileKeys.kek(NOVEMBER, RetentionClass.ACCESS);
    kept.kms.ensure(key); // a clock that was set back for years
    assertThat(kept.kms.standing(key)).isEqualTo(Kms.Standing.USABLE);
    assertThat(kept.entries()).filteredOn(e -> e.entry() instanceof Disposed).hasSize(2);
  }

  // One after the other, in an order of chance, until nothing is left of both months.
  @Test
  void whatIsDisposedOfOpensNoMoreAndEveryOtherRecordDoes() throws Exception {
    kept = new Kept(months, dir);
    var all = new ArrayList<String>();
    for (var month : List.of(NOVEMBER, DECEMBER)) {
      for (var retention : RetentionClass.values()) {
        all.add(FileKeys.kek(month, retention));
      }
    }
    long seed = System.nanoTime();
    System.out.println("disposal.seed " + seed);
    java.util.Collections.shuffle(all, new Random(seed));
    Set<String> gone = new HashSet<>();
    long proven = Kept.tried(kept.journal, kept.kms).get(0).seq();
    try (var open = kept.open()) {
      for (var key : all) {
        dispose(open, key);
        gone.add(key);
        compare(key, gone);
      }
    }
    assertThat(kept.verify().okSealed()).isTrue();
    var publicKey = Files.readString(kept.journal.resolve("journal.pub"));
    assertThat(new JournalVerifier(kept.journal, publicKey, List.of(), kept.kms).verify().ok())
        .isTrue();
    assertThat(LogProof.check(publicKey.strip(), LogProof.make(kept.journal, proven)).seq())
        .isEqualTo(proven);
  }

  private void compare(String key, Set<String> gone) throws Exception {
    var tried = Kept.tried(kept.journal, kept.kms);
    assertThat(tried).filteredOn(t -> t.key().equals(key)).isNotEmpty();
    assertThat(tried).allMatch(t -> t.opens() != gone.contains(t.key()));
    for (var entry : kept.entries()) {
      var at = tried.stream().filter(t -> t.seq() == entry.seq()).findFirst();
      boolean disposed = at.isPresent() && gone.contains(at.get().key());
      assertThat(entry.entry() instanceof Disposed).isEqualTo(disposed);
    }
  }
}
