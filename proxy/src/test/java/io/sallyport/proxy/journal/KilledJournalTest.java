package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledJournalTest {
  private static final int KILLS = 5;
  private static final int ACKS = 1_500;

  @TempDir Path dir;

  @Test
  void killLosesNothingThatWasAcknowledged() throws Exception {
    var acked = new HashMap<Long, String>();
    for (int kill = 0; kill < KILLS; kill++) {
      killInTheMiddle(String.valueOf(kill));
      for (int thread = 0; thread < 2; thread++) {
        read(kill + "-" + thread, acked);
      }
      // As the kill left it, before any restart could mend it.
      var verified = Entries.verify(dir);
      assertThat(verified.problem()).isEmpty();
      assertThat(verified.sealed()).isPositive();
      assertThat(verified.unfinished().size()).isLessThanOrEqualTo(2 * (kill + 1));
      assertAllThere(acked);
    }
    Entries.open(dir).close();
    assertThat(Entries.verify(dir).okSealed()).isTrue();
    assertAllThere(acked);
  }

  private void killInTheMiddle(String name) throws Exception {
    var log = dir.resolve("log-" + name);
    var process = start(name, log);
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (acks(name + "-0") < ACKS || acks(name + "-1") < ACKS) {
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(5);
      }
      // Beside the writer at full speed.
      for (int i = 0; i < 5; i++) {
        assertThat(Entries.verify(dir).problem()).isEmpty();
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(String name, Path log) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(KillTarget.class.getName(), dir.toString(), name));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private long acks(String name) throws IOException {
    var file = dir.resolve("acks-" + name);
    return Files.exists(file) ? Files.size(file) / Long.BYTES : 0;
  }

  private void read(String name, Map<Long, String> acked) throws IOException {
    var bytes = ByteBuffer.wrap(Files.readAllBytes(dir.resolve("acks-" + name)));
    for (int i = 0; bytes.remaining() >= Long.BYTES; i++) {
      assertThat(acked.put(bytes.getLong(), name + "-" + i)).isNull();
    }
  }

  private void assertAllThere(Map<Long, String> acked) {
    var there = new HashMap<Long, String>();
    new JournalReader(dir.resolve("journal"), Entries.kms(dir))
        .forEach(
            Filter.ALL,
            found -> {
              if (found.entry() instanceof Outcome outcome) {
                there.put(found.seq(), outcome.exchange());
              }
            });
    assertThat(there).containsAllEntriesOf(acked);
  }
}
