package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.Jdk;
import io.sallyport.proxy.fixtures.TestVolume;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power is cut under load, on ext4 whose log is not flushed. Afterwards every record of the
 * disk class that was acknowledged is there, and with it all before it; of the process class none
 * is missing that a force had covered. journal.md A4.
 */
class PowerCutTest {
  private static final int ACKS = 300;

  @TempDir Path dir;

  // A record that this does not find was taken back after its acknowledgement.
  private final Map<Long, String> acked = new HashMap<>();
  private long lost;
  private long windowMillis;

  @Test
  @Tag("real")
  void fiveCutsLoseNothingOfTheDiskClass() throws Exception {
    cuts(5);
  }

  @Test
  @Tag("long")
  void hundredCutsLoseNothingOfTheDiskClass() throws Exception {
    cuts(100);
  }

  private void cuts(int count) throws Exception {
    TestVolume.require();
    Entries.kms(dir);
    try (var volume = TestVolume.ext4(dir.resolve("volume"), 400)) {
      for (int cut = 1; cut <= count; cut++) {
        cut(volume, cut);
      }
    }
    System.out.printf(
        "%d power cuts: %d records of either class acknowledged and there, %d of the process class"
            + " lost, the oldest of them %d ms before its cut%n",
        count, acked.size(), lost, windowMillis);
  }

  private void cut(TestVolume volume, int cut) throws Exception {
    var journal = volume.path().resolve("journal");
    var log = dir.resolve("log-" + cut);
    var process =
        new ProcessBuilder(
                Jdk.installed()
                    .get(cut % Jdk.installed().size())
                    .command(
                        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                        PowerTarget.class,
                        dir.toString(),
                        journal.toString(),
                        dir.toString(),
                        String.valueOf(cut)))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long cutMillis;
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (acks(cut, 0) < ACKS + cut * 37 % 1000 || acks(cut, 1) < ACKS) {
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
        assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(deadline);
        Thread.sleep(1);
      }
      cutMillis = System.currentTimeMillis();
      volume.cutPower();
    } finally {
      process.destroyForcibly().waitFor();
    }
    volume.powerUp();
    var fresh = new HashMap<Long, String>();
    long forced = -1;
    var times = new HashMap<Long, Long>();
    for (int thread = 0; thread < 2; thread++) {
      var bytes = ByteBuffer.wrap(Files.readAllBytes(file(cut, thread)));
      for (int i = 0; bytes.remaining() >= PowerTarget.ACK; i++) {
        long seq = bytes.getLong();
        boolean disk = bytes.getLong() == Durability.DISK.ordinal();
        times.put(seq, bytes.getLong());
        forced = disk ? Math.max(forced, seq) : forced;
        assertThat(fresh.put(seq, cut + "-" + thread + "-" + i)).isNull();
      }
      Files.delete(file(cut, thread));
    }
    // As the cut left it: what a start has to make of it comes below.
    var there = read(journal, true);
    for (var ack : fresh.entrySet()) {
      long seq = ack.getKey();
      if (ack.getValue().equals(there.get(seq))) {
        acked.put(seq, ack.getValue());
      } else {
        assertThat(seq).as("a force at %d covered %s", forced, ack).isGreaterThan(forced);
        lost++;
        windowMillis = Math.max(windowMillis, cutMillis - times.get(seq));
      }
    }
    assertThat(there).containsAllEntriesOf(acked);
    var limits = new JournalLimits(4 << 20, 60_000, 20, true, Durabilities.LEAST);
    ChronicleJournal.open(journal, Entries.kms(dir), Settings.standard(Clock.systemUTC(), limits))
        .close();
    var key = Files.readString(journal.resolve("journal.pub"));
    var verified = new JournalVerifier(journal, key).verify();
    assertThat(verified.problem()).as("cut %d", cut).isEmpty();
    assertThat(verified.okSealed()).as("cut %d", cut).isTrue();
    assertThat(read(journal, false)).containsAllEntriesOf(acked);
  }

  private Path file(int cut, int thread) {
    return dir.resolve("acks-" + cut + "-" + thread);
  }

  private long acks(int cut, int thread) throws Exception {
    return Files.exists(file(cut, thread)) ? Files.size(file(cut, thread)) / PowerTarget.ACK : 0;
  }

  /** Up to the first damage, where there may be one. */
  private Map<Long, String> read(Path journal, boolean torn) {
    var there = new HashMap<Long, String>();
    try {
      new JournalReader(journal, Entries.kms(dir))
          .forEach(
              Filter.ALL,
              found -> {
                if (found.entry() instanceof Intent intent) {
                  there.put(found.seq(), intent.exchange());
                }
              });
    } catch (JournalUnavailable e) {
      if (!torn) {
        throw e;
      }
    }
    return there;
  }
}
