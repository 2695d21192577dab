package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our witness, asked by hand and by our journal. */
class WitnessTest {
  private static final String NAME = "witness.test/w1";
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_764_201_600L), ZoneOffset.UTC);

  // Requests that other witnesses of this protocol are tested with: a log of 1, 3 and 5 records.
  private static final String ORIGIN =
      "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
  private static final LogKey LOG =
      new LogKey(
          ORIGIN,
          HexFormat.of()
              .parseHex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"));
  private static final String ONE =
      checkpoint(
          1,
          "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
          "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajX"
              + "pNUbIQY=");
  private static final String THREE =
      checkpoint(
          3,
          "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
          "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8"
              + "WVrx6go=");
  private static final String FIVE =
      checkpoint(
          5,
          "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
          "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWASh"
              + "ei7sDww=");
  private static final String ONE_TO_THREE =
      "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
          + "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  private static final String ONE_TO_FIVE =
      "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
          + "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n"
          + "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private final HttpClient http = HttpClient.newHttpClient();

  private static String checkpoint(long size, String root, String signed) {
    return ORIGIN + "\n" + size + "\n" + root + "\n\n\u2014 " + ORIGIN + " " + signed + "\n";
  }

  private Witness witness(String home, LogKey... logs) throws IOException {
    var keys = java.util.Arrays.stream(logs).map(LogKey::line).toList();
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return new Witness(dir.resolve(home), NAME, keys, any, CLOCK);
  }

  private HttpResponse<String> ask(Witness witness, long old, String proof, String note)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(prefix(witness) + "/add-checkpoint"))
            .POST(HttpRequest.BodyPublishers.ofString("old " + old + "\n" + proof + "\n" + note))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String prefix(Witness witness) {
    return "http://127.0.0.1:" + witness.address().getPort();
  }

  private int status(Witness witness, long old, String proof, String note) throws Exception {
    return ask(witness, old, proof, note).statusCode();
  }

  @Test
  void checkpointsThatExtendTheLastAreCosignedAndOthersAreNot() throws Exception {
    try (var witness = witness("w", LOG)) {
      var key = LogKey.parseWitness(witness.publicKeyLine());
      var first = ask(witness, 0, "", ONE);
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(Cosignature.of(Note.parse(ONE + first.body()), key)).isNotNull();
      assertThat(Cosignature.of(Note.parse(THREE + first.body()), key)).isNull();
      assertThat(status(witness, 1, ONE_TO_THREE, FIVE)).isEqualTo(422);
      assertThat(status(witness, 1, "", THREE)).isEqualTo(422);
      assertThat(status(witness, 1, ONE_TO_FIVE, FIVE)).isEqualTo(200);
      var late = ask(witness, 1, ONE_TO_THREE, THREE);
      assertThat(late.statusCode()).isEqualTo(409);
      assertThat(late.body()).isEqualTo("5\n");
      assertThat(late.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
      assertThat(status(witness, 5, "", THREE)).isEqualTo(400);
      assertThat(status(witness, 5, "", FIVE)).as("the same again").isEqualTo(200);
      assertThat(status(witness, 5, ONE_TO_THREE, FIVE)).as("a proof of nothing").isEqualTo(422);
    }
  }

  @Test
  void formIsCheckedFirstThenTheLogThenItsSignature() throws Exception {
    var hash = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    try (var witness = witness("w", LOG)) {
      assertThat(status(witness, 0, hash.repeat(64), ONE)).isEqualTo(400);
      assertThat(status(witness, 0, hash, ONE)).isEqualTo(422);
      assertThat(status(witness, 0, "KgE=\n", ONE)).isEqualTo(400);
      assertThat(status(witness, 0, "", "nothing")).isEqualTo(400);
      assertThat(status(witness, 0, "", ONE.replace("\n1\n", "\n01\n"))).isEqualTo(400);
      assertThat(status(witness, 0, "", ONE.replace(ORIGIN, ORIGIN + "x"))).isEqualTo(404);
      assertThat(status(witness, 0, "", ONE.replace("UgIom7", "UgIom8"))).isEqualTo(403);
      assertThat(status(witness, 0, "", ONE.replace("\n1\n", "\n2\n"))).isEqualTo(403);
      assertThat(status(witness, 0, "", ONE + "x".repeat(70_000) + "\n")).isEqualTo(413);
      var get = HttpRequest.newBuilder(URI.create(prefix(witness) + "/add-checkpoint")).build();
      assertThat(http.send(get, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(405);
      var other = HttpRequest.newBuilder(URI.create(prefix(witness) + "/")).build();
      assertThat(http.send(other, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(404);
      assertThat(status(witness, 0, "", ONE)).as("nothing of it was remembered").isEqualTo(200);
    }
  }

  @Test
  void emptyLogHasOneRootAndASecondHistoryOfOneSizeIsAConflict() throws Exception {
    var log = EpochKey.fresh("empty.test/log");
    var empty = new MerkleFrontier().root();
    var a = new byte[MerkleFrontier.HASH];
    try (var witness = witness("w", log.key())) {
      assertThat(status(witness, 0, "", Checkpoint.sign(log, 0, a).note())).isEqualTo(422);
      assertThat(status(witness, 0, "", Checkpoint.sign(log, 0, empty).note())).isEqualTo(200);
      assertThat(status(witness, 0, "", Checkpoint.sign(log, 0, empty).note())).isEqualTo(200);
      assertThat(status(witness, 0, "", Checkpoint.sign(log, 1, a).note())).isEqualTo(200);
      var other = ask(witness, 1, "", Checkpoint.sign(log, 1, empty).note());
      assertThat(other.statusCode()).isEqualTo(409);
      assertThat(other.body()).isEqualTo("1\n");
    }
  }

  @Test
  void extensionLinesAreSignedWithTheRest() throws Exception {
    var log = EpochKey.fresh("extended.test/log");
    var root = Base64.getEncoder().encodeToString(new byte[MerkleFrontier.HASH]);
    var note = Note.sign("extended.test/log\n1\n" + root + "\nmore\n", log);
    try (var witness = witness("w", log.key())) {
      var answer = ask(witness, 0, "", note);
      assertThat(answer.statusCode()).isEqualTo(200);
      var key = LogKey.parseWitness(witness.publicKeyLine());
      assertThat(Cosignature.of(Note.parse(note + answer.body()), key)).isNotNull();
    }
  }

  @Test
  void whatWasCosignedSurvivesAndTheKeyStays() throws Exception {
    String line;
    try (var witness = witness("w", LOG)) {
      line = witness.publicKeyLine();
      assertThat(status(witness, 0, "", ONE)).isEqualTo(200);
      assertThatThrownBy(() -> witness("w", LOG)).hasMessageContaining("in use");
    }
    try (var witness = witness("w", LOG)) {
      assertThat(witness.publicKeyLine()).isEqualTo(line);
      assertThat(ask(witness, 0, "", ONE).body()).isEqualTo("1\n");
      assertThat(status(witness, 1, ONE_TO_THREE, THREE)).isEqualTo(200);
    }
    Path remembered;
    try (var files = Files.list(dir.resolve("w"))) {
      remembered = files.filter(f -> f.toString().endsWith(".checkpoint")).findAny().orElseThrow();
    }
    assertThat(Files.readString(remembered)).isEqualTo(THREE);
    Files.writeString(remembered, "");
    try (var witness = witness("w", LOG)) {
      assertThat(status(witness, 0, "", ONE)).as("what it cannot read it has not").isEqualTo(500);
    }
    Files.delete(dir.resolve("w/witness.key"));
    assertThatThrownBy(() -> witness("w", LOG)).hasMessageContaining("witness.key");
  }

  @Test
  void twoHistoriesThatComeAtOnceAreNotBothCosigned() throws Exception {
    var log = EpochKey.fresh("race.test/log");
    try (var witness = witness("w", log.key())) {
      var all = new ArrayList<CompletableFuture<Integer>>();
      for (int i : IntStream.range(0, 40).toArray()) {
        var root = new byte[MerkleFrontier.HASH];
        root[0] = (byte) (i + 1);
        var note = Checkpoint.sign(log, 7, root).note();
        var uri = URI.create(prefix(witness) + "/add-checkpoint");
        all.add(
            http.sendAsync(
                    HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofString("old 0\n\n" + note))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .thenApply(HttpResponse::statusCode));
      }
      var answers = all.stream().map(CompletableFuture::join).toList();
      assertThat(answers).containsOnlyOnce(200).contains(409);
    }
  }

  private ChronicleJournal open() {
    return ChronicleJournal.open(dir.resolve("journal"), Entries.kms(dir), world.settings());
  }

  private void write(String what) {
    try (var open = open()) {
      Entries.done(open.append("", new Alert(what, ""), Durability.DISK));
    }
  }

  /** The first checkpoint of the run is cosigned, and that is recorded. */
  private void seen(String what) throws Exception {
    long before = cosigned();
    try (var open = open()) {
      Entries.done(open.append("", new Alert(what, ""), Durability.DISK));
      Entries.await(() -> cosigned() > before);
    }
  }

  private long cosigned() {
    try {
      return Damage.frames(dir.resolve("journal")).stream()
          .filter(f -> f.type() == FrameType.COSIGNED)
          .count();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private JournalVerifier.Result verify(WitnessPolicy policy) throws Exception {
    var journal = dir.resolve("journal");
    var key = Files.readString(journal.resolve("journal.pub"));
    return new JournalVerifier(journal, key, List.of(), null, policy).verify();
  }

  @Test
  void journalIsWitnessedAndWhoVerifiesItSaysWhoHasToHaveSeenIt() throws Exception {
    write("before the witnesses");
    var log = LogKey.parse(Files.readString(dir.resolve("journal/journal.pub")));
    try (var one = witness("w1", log);
        var two = witness("w2", log)) {
      world.outside = new Outside(List.of(), List.of(of(one), of(two)), -1);
      seen("seen by both");
      long both = verify(WitnessPolicy.of(List.of(one.publicKeyLine()), 1)).witnessed();
      world.pass(Duration.ofHours(10));
      world.outside = new Outside(List.of(), List.of(of(one)), -1);
      seen("seen by one");
      var keys = List.of(one.publicKeyLine(), two.publicKeyLine());
      assertThat(both).isPositive();
      assertThat(verify(WitnessPolicy.of(keys, 2)).witnessed()).isEqualTo(both);
      assertThat(verify(WitnessPolicy.of(keys, 1)).witnessed()).isGreaterThan(both);
      assertThat(verify(WitnessPolicy.NONE).witnessed()).isZero();
      try (var third = witness("w3", log)) {
        assertThat(verify(WitnessPolicy.of(List.of(third.publicKeyLine()), 1)).witnessed())
            .as("another key of the same name")
            .isZero();
      }
      assertThat(verify(WitnessPolicy.of(keys, 2)).okSealed()).isTrue();
      assertThatThrownBy(() -> WitnessPolicy.of(keys, 3))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> WitnessPolicy.of(List.of(keys.get(0), keys.get(0)), 2))
          .hasMessageContaining("twice");
    }
  }

  private static Outside.Witness of(Witness witness) {
    return new Outside.Witness(URI.create(prefix(witness)), witness.publicKeyLine());
  }

  @Test
  void anotherHistoryOfTheSameLengthIsAnAlert() throws Exception {
    write("1");
    var before = dir.resolve("before");
    Damage.copy(dir.resolve("journal"), before);
    var log = LogKey.parse(Files.readString(dir.resolve("journal/journal.pub")));
    try (var witness = witness("w", log)) {
      world.outside = new Outside(List.of(), List.of(of(witness)), -1);
      seen("one history");
      try (var files = Files.walk(dir.resolve("journal"))) {
        for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      Damage.copy(before, dir.resolve("journal"));
      write("another story"); // of as many records
      try (var open = open()) {
        Entries.await(this::contradicted);
        assertThat(open.writable()).isTrue();
      }
    }
  }

  private boolean contradicted() {
    return new JournalReader(dir.resolve("journal"), Entries.kms(dir))
        .entries(Filter.ALL).stream()
            .anyMatch(
                e -> e.entry() instanceof Alert a && a.what().equals("witness-contradiction"));
  }
}
