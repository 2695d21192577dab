package io.sallyport.proxy.journal;

import static io.sallyport.proxy.journal.Kept.DECEMBER;
import static io.sallyport.proxy.journal.Kept.NOVEMBER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who must have approved what, and what stands against it: in every case nothing is destroyed. One
 * journal for all, which stays open; whoever places a hold releases it.
 */
class RetentionRulesTest {
  @TempDir static Path made;
  @TempDir Path dir;
  private static Kept kept;
  private static ChronicleJournal open;
  private static Retention retention;

  @BeforeAll
  static void months() {
    kept = new Kept(made).months().late();
    open = kept.open();
    retention = kept.retention(open);
  }

  @AfterAll
  static void nothingWasDestroyed() throws Exception {
    open.close();
    var security = FileKeys.kek(NOVEMBER, RetentionClass.SECURITY); // doneIsDone
    assertThat(Kept.tried(kept.journal, kept.kms))
        .isNotEmpty()
        .allMatch(t -> t.opens() || t.key().equals(security));
  }

  private AbstractThrowableAssert<?, ?> refused(String note) throws Exception {
    var refused =
        assertThatThrownBy(() -> retention.dispose(note)).isInstanceOf(RetentionRefused.class);
    assertThat(kept.kms.keys()).contains(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS));
    assertThat(retention.disposals.of(FileKeys.kek(NOVEMBER, RetentionClass.ACCESS))).isNull();
    return refused;
  }

  private void release(long hold) {
    var request = RetentionRequests.release(kept.journal, hold, "root", "settled", kept.now());
    retention.release(kept.approved(request));
  }

  private String request() {
    return kept.request(NOVEMBER, RetentionClass.ACCESS);
  }

  // The last second before six years, and that second.
  private static void onlyFrom(Kept other, Instant due) {
    var access = RetentionClass.ACCESS;
    other.world.step(Duration.between(other.now(), due.minusSeconds(1)));
    assertThatThrownBy(() -> other.request(NOVEMBER, access))
        .hasMessageContaining("kept until " + due);
    other.world.step(Duration.ofSeconds(1));
    assertThat(other.request(NOVEMBER, access)).contains("key journal-2026-11-access\n");
  }

  @Test
  void sixYearsFromTheEndOfTheMonthAndNotASecondLess() throws Exception {
    onlyFrom(new Kept(kept, dir), Instant.parse("2032-12-01T00:00:00Z"));
  }

  @Test
  void fileOfOneMonthWithRecordsOfTheNextIsKeptForThese() {
    var other = new Kept(dir);
    other.world.step(Duration.between(other.now(), Instant.parse("2026-11-30T23:59:00Z")));
    try (var late = other.open()) {
      Kept.write(late, "before");
      other.world.step(Duration.ofHours(11));
      Kept.write(late, "after");
    }
    other.world.step(Duration.ofDays(60));
    other.open().close();
    onlyFrom(other, Instant.parse("2032-12-01T10:59:00Z"));
  }

  @Test
  void newestFileIsInUseHoweverOldItIs() {
    var month = YearMonth.from(kept.now().atZone(ZoneOffset.UTC));
    var years = Duration.ofDays(7 * 366);
    kept.world.step(years);
    assertThatThrownBy(() -> kept.request(month, RetentionClass.ADMINISTRATION))
        .hasMessageContaining("in use");
    kept.world.step(years.negated());
  }

  @Test
  void longerPeriodOfAClassHolds() {
    var policy = new RetentionPolicy(Map.of(RetentionClass.ACCESS, Period.ofYears(20)), List.of());
    var rows = RetentionTable.months(kept.journal, kept.kms, policy, kept.now());
    assertThat(rows)
        .filteredOn(r -> r.key().startsWith("journal-2026-11"))
        .extracting(RetentionTable.Row::state)
        .satisfies(states -> assertThat(states.get(0)).isEqualTo("kept until 2046-12-01T00:00:00Z"))
        .satisfies(states -> assertThat(states.get(1)).isEqualTo("eligible"));
    assertThat(rows)
        .filteredOn(r -> r.key().equals("journal-2026-11-access"))
        .allMatch(r -> r.frames() == 2 && r.files() == 1 && r.bytes() > 2 * Frame.HEADER);
  }

  @Test
  void holdBlocksUntilTwoReleaseIt() {
    var signed = RetentionRequests.approve(kept.hold(null, null), kept.jane);
    long hold = retention.hold(signed);
    assertThatThrownBy(this::request).hasMessageContaining("on hold by record " + hold);
    assertThat(RetentionTable.holds(kept.journal, kept.kms))
        .singleElement()
        .matches(h -> h.seq() == hold && h.patient().equals("p1"));
    var release = RetentionRequests.release(kept.journal, hold, "root", "settled", kept.now());
    var one = RetentionRequests.approve(release, kept.jane);
    assertThatThrownBy(() -> retention.release(one)).hasMessageContaining("signatures of 2");
    assertThatThrownBy(this::request).hasMessageContaining("on hold");
    var two = RetentionRequests.approve(one, kept.joe);
    retention.release(two);
    assertThat(request()).contains("journal-2026-11-access");
    assertThatThrownBy(() -> retention.release(two)).hasMessageContaining("in force");
    assertThat(RetentionTable.holds(kept.journal, kept.kms)).isEmpty();
  }

  @Test
  void holdPlacedAfterTheRequestBlocksTheRun() throws Exception {
    var approved = kept.approved(request());
    long hold = retention.hold(RetentionRequests.approve(kept.hold(null, null), kept.jane));
    refused(approved).hasMessageContaining("on hold by record " + hold);
    release(hold);
  }

  @Test
  void nobodyPlacesAHoldUnsigned() {
    assertThatThrownBy(() -> retention.hold(kept.hold(null, null)))
        .isInstanceOf(RetentionRefused.class);
    var stranger = RetentionRequests.approve(kept.hold(null, null), kept.stranger);
    assertThatThrownBy(() -> retention.hold(stranger)).isInstanceOf(RetentionRefused.class);
  }

  @Test
  void holdOfAnotherTimeBlocksNothing() {
    var december = Instant.parse("2026-12-01T00:00:00Z");
    long hold = retention.hold(RetentionRequests.approve(kept.hold(december, null), kept.jane));
    assertThat(request()).contains("journal-2026-11-access");
    assertThatThrownBy(() -> kept.request(DECEMBER, RetentionClass.ACCESS))
        .hasMessageContaining("on hold");
    release(hold);
    long before = retention.hold(RetentionRequests.approve(kept.hold(null, december), kept.jane));
    assertThatThrownBy(this::request).hasMessageContaining("on hold");
    assertThat(kept.request(DECEMBER, RetentionClass.ACCESS)).contains("journal-2026-12-access");
    release(before);
  }

  @Test
  void holdIsNotDisposedOfWithTheMonthItWasPlacedIn() {
    var other = new Kept(dir);
    try (var placing = other.open()) { // about a time before there was a journal
      var hold = other.hold(Instant.EPOCH, Instant.parse("2020-01-01T00:00:00Z"));
      other.retention(placing).hold(RetentionRequests.approve(hold, other.jane));
      Kept.write(placing, "november");
    }
    other.late().open().close();
    assertThat(other.request(NOVEMBER, RetentionClass.ACCESS)).isNotEmpty();
    assertThatThrownBy(() -> other.request(NOVEMBER, RetentionClass.ADMINISTRATION))
        .hasMessageContaining("on hold");
  }

  @Test
  void receiverThatLagsBlocks() throws Exception {
    var approved = kept.approved(request());
    kept.exported = 3;
    refused(approved).hasMessageContaining("has not got record 3");
    kept.exported = Long.MAX_VALUE;
  }

  @Test
  void onePersonIsNotEnoughAndNotTwiceEither() throws Exception {
    var one = RetentionRequests.approve(request(), kept.jane);
    refused(one).hasMessageContaining("signatures of 2");
    assertThatThrownBy(() -> RetentionRequests.approve(one, kept.jane))
        .hasMessageContaining("already");
    var line = one.substring(one.lastIndexOf("\u2014"));
    refused(one + line).hasMessageContaining("one person twice");
  }

  @Test
  void onePersonUnderTwoNamesIsNoConfiguration() {
    var parts = kept.jane.line().split("\\+", 3);
    var again = new LogKey("other", LogKey.parse(kept.jane.line()).publicKey()).line();
    assertThat(parts).hasSize(3);
    assertThatThrownBy(() -> new RetentionPolicy(Map.of(), List.of(kept.jane.line(), again)))
        .hasMessageContaining("twice");
    assertThatThrownBy(
            () -> new RetentionPolicy(Map.of(), List.of(kept.jane.line(), kept.jane.line())))
        .hasMessageContaining("twice");
  }

  @Test
  void strangersApproveNothing() throws Exception {
    var one = RetentionRequests.approve(request(), kept.jane);
    refused(RetentionRequests.approve(one, kept.stranger)).hasMessageContaining("somebody else");
  }

  @Test
  void changedTextIsRefusedWhereverItIsChanged() throws Exception {
    var approved = kept.approved(request());
    for (int at = 0; at < approved.length(); at += 11) {
      var bent = new StringBuilder(approved);
      bent.setCharAt(at, approved.charAt(at) == '7' ? '8' : '7');
      refused(bent.toString());
    }
  }

  @Test
  void requestOfOtherRecordsIsRefusedThoughTwoSignedIt() throws Exception {
    for (var change :
        List.of(
            new String[] {"\nframes 2\n", "\nframes 3\n"},
            new String[] {"\nfiles 1\n", "\nfiles 2\n"},
            new String[] {"\nfirst ", "\nfirst 1"},
            new String[] {"\nsize ", "\nsize 1"})) {
      var forged = request().replace(change[0], change[1]);
      assertThat(forged).isNotEqualTo(request());
      refused(kept.approved(forged));
    }
    var root = request().replaceFirst("\nroot .{43}=", "\nroot " + "A".repeat(43) + "=");
    refused(kept.approved(root)).hasMessageContaining("no checkpoint");
  }

  @Test
  void requestHasOneSpelling() {
    for (var other :
        List.of(
            request() + "more than is done\n",
            request().replace("\nframes 2\n", "\nframes 02\n"),
            request().replace("\nclass access\n", "\nclass security\n"))) {
      assertThat(other).isNotEqualTo(request());
      assertThatThrownBy(() -> RetentionRequests.approve(other, kept.jane))
          .isInstanceOf(RetentionRefused.class)
          .hasMessageContaining("spelled otherwise");
    }
  }

  @Test
  void requestForAnotherJournalIsRefused() throws Exception {
    var there = request().replaceFirst("auditlog.local/.", "auditlog.local/_");
    refused(kept.approved(there)).hasMessageContaining("and this journal is");
  }

  @Test
  void requestOfAnotherKindIsRefused() throws Exception {
    refused(kept.approved(kept.hold(null, null))).hasMessageContaining("something else");
  }

  @Test
  void oldRequestsAndThoseOfTheFutureAreRefused() throws Exception {
    var approved = kept.approved(request());
    kept.world.step(Retention.FRESH.plusSeconds(1));
    refused(approved).hasMessageContaining("last 30 days");
    kept.world.step(Retention.FRESH.negated().minus(Duration.ofMinutes(6)));
    refused(approved).hasMessageContaining("last 30 days");
    kept.world.step(Duration.ofMinutes(6).minusSeconds(1));
  }

  @Test
  void doneIsDone() {
    var approved = kept.approved(kept.request(NOVEMBER, RetentionClass.SECURITY));
    retention.dispose(approved);
    assertThatThrownBy(() -> retention.dispose(approved))
        .isInstanceOf(RetentionRefused.class)
        .hasMessageContaining("disposed by record");
  }

  @Test
  void withoutApproversNobodyMay() {
    var nobody =
        new Retention(
            open, kept.journal, kept.kms, RetentionPolicy.DEFAULT, kept.world, () -> 99_999);
    assertThatThrownBy(() -> nobody.dispose(kept.approved(request())))
        .hasMessageContaining("journal.retention.approvers");
  }

  @Test
  void whatAPersonWritesCannotForgeALine() {
    assertThatThrownBy(
            () ->
                RetentionRequests.disposal(
                    kept.journal,
                    kept.kms,
                    kept.policy,
                    NOVEMBER,
                    RetentionClass.ACCESS,
                    false,
                    "root",
                    "over\ntime 2030-01-01T00:00:00Z",
                    kept.now()))
        .isInstanceOf(RetentionRefused.class);
  }
}
