package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.kms.ApproverKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A journal of several months, and the persons who may approve. */
final class Kept {
  static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
  static final YearMonth DECEMBER = YearMonth.of(2026, 12);

  final Path dir;
  final Path journal;
  final MemoryKms kms;
  final TestSettings world = new TestSettings();
  final ApproverKey jane;
  final ApproverKey joe;
  final ApproverKey stranger;
  final RetentionPolicy policy;
  volatile long exported = Long.MAX_VALUE;

  Kept(Path dir) {
    this.dir = dir;
    kms = new MemoryKms();
    journal = dir.resolve("journal");
    jane = ApproverKey.create("jane", dir.resolve("jane.key"));
    joe = ApproverKey.create("joe", dir.resolve("joe.key"));
    stranger = ApproverKey.create("stranger", dir.resolve("stranger.key"));
    policy = new RetentionPolicy(Map.of(), List.of(jane.line(), joe.line()));
  }

  /** The same in another directory, with a key service of its own. */
  Kept(Kept from, Path dir) throws IOException {
    this.dir = dir;
    kms = from.kms.copy();
    journal = dir.resolve("journal");
    jane = from.jane;
    joe = from.joe;
    stranger = from.stranger;
    policy = from.policy;
    world.step(Duration.between(world.instant(), from.world.instant()));
    Damage.copy(from.journal, journal);
  }

  ChronicleJournal open() {
    return ChronicleJournal.open(journal, kms, world.settings());
  }

  Retention retention(ChronicleJournal open) {
    return new Retention(open, journal, kms, policy, world, () -> exported);
  }

  /** A record of each class, and one in several frames. */
  static void write(Journal open, String name) {
    Entries.exchange(open, name, "p-" + name);
    var refused =
        new Refused(
            name, -1, 401, "TOKEN", "", "", "", "", "192.0.2.7", "/fhir", "GET", "Patient/1");
    Entries.done(open.append("", refused, Durability.DISK));
    Entries.done(open.append("", new Alert(name, "x".repeat(70_000)), Durability.DISK));
  }

  /** One run in November, and one in December. */
  Kept months() {
    try (var open = open()) {
      write(open, "november");
    }
    world.step(Duration.ofDays(20));
    try (var open = open()) {
      write(open, "december");
    }
    return this;
  }

  /** So late that all of both months may go. */
  Kept late() {
    world.step(Duration.ofDays(7 * 366));
    return this;
  }

  Instant now() {
    return world.instant();
  }

  String request(YearMonth month, RetentionClass retention) {
    return request(month, retention, false);
  }

  String request(YearMonth month, RetentionClass retention, boolean apart) {
    return RetentionRequests.disposal(
        journal, kms, policy, month, retention, apart, "root", "six years are over", now());
  }

  String approved(String request) {
    return RetentionRequests.approve(RetentionRequests.approve(request, jane), joe);
  }

  String hold(Instant from, Instant to) {
    return RetentionRequests.hold(
        journal, from, to, "p1", "", "court 7", "suit 12/33", "root", now());
  }

  JournalVerifier.Result verify() throws Exception {
    return new JournalVerifier(journal, Files.readString(journal.resolve("journal.pub"))).verify();
  }

  List<JournalReader.Entry> entries() {
    return new JournalReader(journal, kms).entries(JournalReader.Filter.ALL);
  }

  /** The last word on a key, read from the files. */
  Disposals.Found found(YearMonth month, RetentionClass retention) throws Exception {
    var identity = LogKey.of(Origin.name(journal), kms.identity());
    return Disposals.read(journal, identity).of(FileKeys.kek(month, retention));
  }

  /** An encrypted frame, and whether its data key opens and it decrypts, asked without a reader. */
  record Tried(long seq, String key, boolean opens) {}

  /** Tries every encrypted frame by hand. */
  static List<Tried> tried(Path journal, Kms kms) throws Exception {
    var tried = new ArrayList<Tried>();
    var keys = new TreeMap<String, DataKey>();
    var cipher = new FrameCipher();
    KeyOpening opening = null;
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        var header = walk.header();
        if (header.type() == FrameType.KEY_OPEN) {
          opening = KeyOpening.parse(walk.body());
          keys.clear();
          for (var retention : RetentionClass.values()) {
            var wrapped = opening.of(retention);
            var place =
                new DataKey.Place(
                    Origin.name(journal),
                    header.run(),
                    header.key(),
                    retention,
                    opening.epochKey(),
                    wrapped.kek());
            try {
              keys.put(wrapped.kek(), DataKey.open(kms, place, wrapped));
            } catch (KmsException gone) {
              continue;
            }
          }
        } else if (header.type().encrypted) {
          var kek = opening.of(header.retention()).kek();
          var key = keys.get(kek);
          boolean opens = key != null;
          if (opens) {
            cipher.open(key, header.seq(), walk.bytes(), walk.from(), walk.to());
          }
          tried.add(new Tried(header.seq(), kek, opens));
        }
      }
    }
    return tried;
  }
}
