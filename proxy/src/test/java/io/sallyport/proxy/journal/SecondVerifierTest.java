package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two implementations that share no line must agree: on good journals, on every kind of damage, on
 * the first bad record, and on proofs. The second is Python, and this test keeps one process of it.
 */
class SecondVerifierTest {
  private static final Path VERIFIER =
      Path.of(System.getProperty("sallyport.root", ".."))
          .resolve("packaging/verify/journal-verify.py")
          .toAbsolutePath()
          .normalize();

  /** Runs the script's main once for each line of arguments, and ends every answer with a dot. */
  private static final String DRIVER =
      """
      import sys, os, io, contextlib, importlib.machinery, importlib.util
      sys.path.insert(0, os.path.dirname(sys.argv[1])) # as for a script that is run
      loader = importlib.machinery.SourceFileLoader("verify", sys.argv[1])
      module = importlib.util.module_from_spec(importlib.util.spec_from_loader("verify", loader))
      loader.exec_module(module)
      for line in sys.stdin:
          sys.argv = ["verify"] + line.rstrip("\\n").split("\\t")
          out = io.StringIO()
          with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
              code = module.main()
          print(out.getvalue() + "exit %d\\n." % code, flush=True)
      """;

  /** What somebody can read in one sitting. */
  private static final int SECOND_CHARS_MAX = 27_500;

  private static final Pattern BAD = Pattern.compile("not intact: record (-?\\d+):");

  @TempDir Path dir;
  private final TestSettings world = new TestSettings();
  private Path journal;
  private Process python;
  private Writer toPython;
  private BufferedReader fromPython;

  @BeforeEach
  void start() throws Exception {
    journal = dir.resolve("journal");
    try {
      python =
          new ProcessBuilder("python3", "-c", DRIVER, VERIFIER.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException absent) {
      assertThat(Boolean.getBoolean("real.required")).as("python3 is missing").isFalse();
      assumeThat(false).as("there is no python3").isTrue();
    }
    toPython = python.outputWriter();
    fromPython = python.inputReader();
  }

  @AfterEach
  void stop() throws Exception {
    if (python != null) {
      toPython.close();
      assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private String second(String... arguments) throws IOException {
    toPython.write(String.join("\t", arguments) + "\n");
    toPython.flush();
    var answer = new ArrayList<String>();
    for (var line = fromPython.readLine(); line != null; line = fromPython.readLine()) {
      if (line.equals(".")) {
        return String.join("\n", answer);
      }
      answer.add(line);
    }
    throw new IOException("python ended: " + answer);
  }

  private JournalVerifier.Result agreed(String what) throws Exception {
    var first = Entries.verify(dir);
    var answer = second(journal.toString(), "--public-key", key().toString());
    assertThat(answer).as(what + ": " + first).startsWith(first.summary() + "\n");
    assertThat(answer).as(what + ": " + first).endsWith("exit " + (first.ok() ? 0 : 1));
    assertThat(answer.contains("unfinished: " + first.unfinished()))
        .as(what)
        .isEqualTo(!first.unfinished().isEmpty());
    Matcher bad = BAD.matcher(answer);
    assertThat(bad.find() ? Long.parseLong(bad.group(1)) : -1)
        .as(what + ": " + first + " " + answer)
        .isEqualTo(first.firstBad());
    return first;
  }

  private Path key() {
    return dir.resolve("kept.pub");
  }

  private void write(int files, int alerts) throws Exception {
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
      for (int file = 0; file < files; file++) {
        if (file > 0) {
          Entries.roll(dir, open, world);
        }
        for (int i = 0; i < alerts; i++) {
          Entries.done(open.append("", new Alert("test", file + "-" + i), Durability.DISK));
        }
      }
      Entries.done(open.append("", Entries.intent("x", "u", "Patient/1"), Durability.DISK));
    }
    Files.copy(
        journal.resolve("journal.pub"), key(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  // The first checkpoint of a run is its only one while time stands still.
  private void awaitCheckpointOf(int run) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Damage.frames(journal).stream()
            .noneMatch(
                f ->
                    f.type() == FrameType.CHECKPOINT
                        && f.file().getParent().endsWith("run-00000" + run))
        && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
  }

  @Test
  void goodJournalsAreGoodForBoth() throws Exception {
    write(3, 3);
    assertThat(agreed("one run").okSealed()).isTrue();
    write(2, 300);
    assertThat(agreed("two runs").okSealed()).isTrue();
    var notes = journal.resolve("checkpoints.log");
    var kept =
        second(
            journal.toString(), "--public-key", key().toString(), "--checkpoint", notes.toString());
    assertThat(kept).endsWith("intact\nexit 0");
  }

  @Test
  void whatAKillLeavesIsTheSameForBoth() throws Exception {
    write(1, 2);
    var after = dir.resolve("after");
    try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
      awaitCheckpointOf(2);
      Entries.done(open.append("", new Alert("torn", ""), Durability.DISK));
      Damage.copy(journal, after.resolve("journal"));
    }
    Files.copy(dir.resolve("keys.p12"), after.resolve("keys.p12"));
    journal = after.resolve("journal");
    dir = after;
    Files.copy(journal.resolve("journal.pub"), key());
    assertThat(agreed("a tail").ok()).isTrue();
    var frames = Damage.frames(journal);
    var last = frames.get(frames.size() - 1);
    Damage.flip(last.file(), last.offset(), 1);
    assertThat(agreed("a torn tail").ok()).isFalse();
    write(1, 1);
    assertThat(agreed("recovered").okSealed()).isTrue();
  }

  @Test
  void damageIsTheSameForBoth() throws Exception {
    damage(6);
  }

  @Test
  @Tag("long")
  void everyDamageIsTheSameForBoth() throws Exception {
    damage(1);
  }

  /**
   * @param oneOf of how many frames one is damaged in all ways, the others in one; the same of
   *     notes
   */
  private void damage(int oneOf) throws Exception {
    write(2, 2);
    write(2, 1);
    long seed = Long.getLong("damage.seed", System.nanoTime());
    System.out.println("damage.seed " + seed);
    var random = new Random(seed);
    for (var frame : Damage.frames(journal)) {
      // Every other version and type, and what chance gives.
      for (int i = random.nextInt(oneOf) == 0 ? 0 : 19; i < 20; i++) {
        int at = i < 16 ? i / 8 : random.nextInt(frame.length());
        int bit = i < 16 ? i % 8 : random.nextInt(8);
        Damage.flip(frame.file(), frame.offset() + at, bit);
        var result = agreed(frame + " byte " + at + " bit " + bit);
        assertThat(result.firstBad())
            .as("%s byte %s bit %s: %s", frame, at, bit, result)
            .isEqualTo(frame.seq());
        Damage.flip(frame.file(), frame.offset() + at, bit);
      }
      var word = new byte[4];
      try (var file = new RandomAccessFile(frame.file().toFile(), "rw")) {
        file.seek(frame.offset() - 4);
        file.readFully(word);
        file.seek(frame.offset() - 4);
        file.write(new byte[4]);
        assertThat(agreed("zeroed header of " + frame).firstBad()).isEqualTo(frame.seq());
        file.seek(frame.offset() - 4);
        file.write(word);
      }
    }
    var log = journal.resolve("checkpoints.log");
    for (int i = 0; i < 40 / oneOf; i++) {
      long at = random.nextInt((int) Files.size(log));
      int bit = random.nextInt(8);
      Damage.flip(log, at, bit);
      assertThat(agreed("checkpoints.log byte " + at + " bit " + bit).ok()).isFalse();
      Damage.flip(log, at, bit);
    }
    assertThat(agreed("nothing").okSealed()).isTrue();
  }

  @Test
  void missingFilesTilesAndCheckpointsAreTheSameForBoth() throws Exception {
    write(3, 100);
    List<Path> files;
    try (var all = Files.walk(journal)) {
      files =
          all.filter(Files::isRegularFile)
              .filter(f -> f.toString().contains("tlog") || f.toString().endsWith(".cq4"))
              .toList();
    }
    assertThat(files.size()).isGreaterThan(5);
    for (var file : files) {
      var aside = dir.resolve("aside");
      Files.move(file, aside);
      assertThat(agreed("without " + file).ok()).isFalse();
      Files.move(aside, file);
      if (file.toString().contains("tlog")) {
        Damage.flip(file, Files.size(file) / 2, 5);
        assertThat(agreed("changed " + file).ok()).isFalse();
        Damage.flip(file, Files.size(file) / 2, 5);
      }
    }
    var log = journal.resolve("checkpoints.log");
    var notes = Files.readString(log).split("(?<=\n)(?=auditlog)");
    for (int gone = 0; gone < notes.length; gone++) {
      var rest = new ArrayList<>(List.of(notes));
      rest.remove(gone);
      Files.writeString(log, String.join("", rest));
      // Without the last there is an unsealed tail: what was sealed, only another place can tell.
      assertThat(agreed("without checkpoint " + gone).okSealed()).isFalse();
    }
    Files.writeString(log, String.join("", notes));
    assertThat(agreed("nothing").okSealed()).isTrue();
  }

  @Test
  void proofsOfTheOneAreProofsForTheOther() throws Exception {
    write(2, 20);
    var file = dir.resolve("record.tlog-proof");
    for (int seq = 0; seq < 45; seq += 4) {
      var proof = LogProof.make(journal, seq);
      Files.writeString(file, proof);
      assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
          .startsWith("record " + seq + "\n")
          .contains("by the key " + LogProof.check(Files.readString(key()), proof).key())
          .endsWith("proven\nexit 0");
    }
  }

  @Test
  void bentProofProvesNothingToTheOther() throws Exception {
    bend(16);
  }

  @Test
  @Tag("long")
  void proofBentAnywhereProvesNothingToTheOther() throws Exception {
    bend(1);
  }

  private void bend(int oneOf) throws Exception {
    write(2, 3);
    var file = dir.resolve("record.tlog-proof");
    var proof = LogProof.make(journal, Damage.frames(journal).size() - 4);
    long seed = Long.getLong("damage.seed", System.nanoTime());
    System.out.println("damage.seed " + seed);
    for (int at = new Random(seed).nextInt(oneOf); at < proof.length(); at += oneOf) {
      var before = proof.substring(0, at);
      var after = proof.substring(at + 1);
      char next = (char) (proof.charAt(at) + 1);
      for (var bent :
          List.of(
              before + next + after, before + "A" + after, before + " " + proof.substring(at))) {
        if (!bent.equals(proof)) {
          Files.writeString(file, bent);
          assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
              .as("bent at %s: %s", at, bent)
              .endsWith("exit 1");
        }
      }
    }
    Files.writeString(file, proof + "\u2014 witness.example/w1 AAAAAAAA\n");
    assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
        .endsWith("proven\nexit 0");
  }

  @Test
  void journalOfATokenIsTheSameForBoth() throws Exception {
    var token = TokenIdentityTest.Token.in(dir);
    for (int run = 0; run < 2; run++) {
      try (var open = ChronicleJournal.open(journal, token, world.settings())) {
        Entries.done(open.append("", new Alert("on", ""), Durability.DISK));
      }
    }
    Files.copy(journal.resolve("journal.pub"), key());
    assertThat(agreed("a token's").okSealed()).isTrue();
    for (var frame : Damage.frames(journal)) {
      for (int at : new int[] {Frame.HEADER, frame.length() - 8}) {
        Damage.flip(frame.file(), frame.offset() + at, 0);
        assertThat(agreed(frame + " byte " + at).firstBad()).isEqualTo(frame.seq());
        Damage.flip(frame.file(), frame.offset() + at, 0);
      }
    }
    var file = dir.resolve("record.tlog-proof");
    Files.writeString(file, LogProof.make(journal, 2));
    assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
        .endsWith("proven\nexit 0");
    var other = LogKey.of(Origin.name(journal), TokenIdentityTest.Token.in(dir).identity());
    Files.writeString(key(), other.line() + "\n");
    assertThat(new JournalVerifier(journal, other.line()).verify().firstBad()).isEqualTo(1);
    assertThat(second(journal.toString(), "--public-key", key().toString()))
        .contains("not intact: record 1:")
        .endsWith("exit 1");
    assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
        .endsWith("exit 1");
  }

  @Test
  void bothAgreeOnAJournalOfWhichPartIsDisposedOf() throws Exception {
    var kept = new Kept(dir).months().late();
    try (var open = kept.open()) {
      kept.retention(open).hold(RetentionRequests.approve(kept.hold(null, null), kept.jane));
      var request = kept.request(Kept.NOVEMBER, RetentionClass.ACCESS, true);
      kept.retention(open).dispose(kept.approved(request));
    }
    Files.copy(journal.resolve("journal.pub"), key());
    assertThat(agreed("disposed").okSealed()).isTrue();
    for (var frame : Damage.frames(journal)) {
      boolean sampled =
          frame.type() == FrameType.VAULT
              || frame.type() == FrameType.DISPOSAL
              || frame.seq() % 25 == 3;
      for (int at : sampled ? new int[] {3, frame.length() - 8} : new int[0]) {
        Damage.flip(frame.file(), frame.offset() + at, 2);
        agreed(frame + " byte " + at);
        Damage.flip(frame.file(), frame.offset() + at, 2);
      }
    }
    var file = dir.resolve("record.tlog-proof");
    Files.writeString(file, LogProof.make(journal, 3));
    assertThat(second("--proof", file.toString(), "--public-key", key().toString()))
        .endsWith("proven\nexit 0");
    long forged;
    try (var open = kept.open()) {
      var request = kept.approved(kept.request(Kept.DECEMBER, RetentionClass.ACCESS, true));
      forged = DisposalFailureTest.forge(kept, open, request);
    }
    assertThat(agreed("forged").firstBad()).isEqualTo(forged);
  }

  @Test
  void witnessesCountTheSameForBoth() throws Exception {
    write(1, 1);
    var log = LogKey.parse(Files.readString(key()));
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var pub = List.of(log.line());
    try (var one = new Witness(dir.resolve("w1"), "w.test/1", pub, any, world);
        var two = new Witness(dir.resolve("w2"), "w.test/2", pub, any, world);
        var none = new Witness(dir.resolve("w3"), "w.test/1", pub, any, world)) {
      for (var outside : List.of(List.of(at(one), at(two)), List.of(at(one)))) {
        world.outside = new Outside(List.of(), outside, -1);
        long before = cosigned();
        try (var open = ChronicleJournal.open(journal, Entries.kms(dir), world.settings())) {
          Entries.await(() -> cosigned() > before);
          assertThat(open.writable()).isTrue();
        }
      }
      var first = one.publicKeyLine();
      var second = two.publicKeyLine();
      assertThat(witnessed(1, first, second)).isGreaterThan(witnessed(2, first, second));
      assertThat(witnessed(2, first, second)).isPositive();
      assertThat(witnessed(1, none.publicKeyLine())).isZero();
      for (var frame : Damage.frames(journal)) {
        if (frame.type() == FrameType.COSIGNED) {
          Damage.flip(frame.file(), frame.offset() + frame.length() - 9, 1);
          assertThat(agreed("a cosignature").firstBad()).isEqualTo(frame.seq());
          Damage.flip(frame.file(), frame.offset() + frame.length() - 9, 1);
        }
      }
    }
  }

  private long cosigned() {
    try {
      return Damage.frames(journal).stream().filter(f -> f.type() == FrameType.COSIGNED).count();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Outside.Witness at(Witness witness) {
    var uri = URI.create("http://127.0.0.1:" + witness.address().getPort());
    return new Outside.Witness(uri, witness.publicKeyLine());
  }

  /** What both say that these have witnessed. */
  private long witnessed(int quorum, String... keys) throws Exception {
    var policy = WitnessPolicy.of(List.of(keys), quorum);
    var pub = Files.readString(key());
    var result = new JournalVerifier(journal, pub, List.of(), null, policy).verify();
    var arguments = new ArrayList<>(List.of(journal.toString(), "--public-key", key().toString()));
    for (var witness : keys) {
      arguments.addAll(List.of("--witness", witness));
    }
    arguments.addAll(List.of("--quorum", String.valueOf(quorum)));
    var newest = result.witnessed() == 0 ? "none" : "0.." + (result.witnessed() - 1);
    assertThat(second(arguments.toArray(String[]::new)))
        .startsWith(result.summary() + "\nwitnessed " + newest + " by " + policy + "\n")
        .endsWith("exit " + (result.witnessed() == 0 ? 1 : 0));
    return result.witnessed();
  }

  @Test
  void bothKnowTheSameFrameTypesAndTheSecondIsShort() throws Exception {
    var text = Files.readString(VERIFIER);
    var curves = Files.readString(VERIFIER.resolveSibling("curves.py"));
    assertThat(text.length() + curves.length()).isLessThan(SECOND_CHARS_MAX);
    assertThat((text + curves).lines()).allMatch(line -> line.length() <= 120);
    for (boolean encrypted : List.of(true, false)) {
      var codes = new TreeSet<Integer>();
      for (var type : FrameType.values()) {
        if (type.encrypted == encrypted) {
          codes.add(type.code);
        }
      }
      var line = codes.stream().map(String::valueOf).collect(Collectors.joining(", ", "{", "}"));
      assertThat(text).contains((encrypted ? "ENCRYPTED = " : "CLEAR = ") + line);
    }
  }
}
