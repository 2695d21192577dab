package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.fixtures.TestVolume;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalReader.Filter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledJournalTest {
  private static final int KILLS = 3;
  private static final int ACKS = 1_500;

  @TempDir Path dir;
  private String owner = "";

  @Test
  void killLosesNothingThatWasAcknowledged() throws Exception {
    kills(List.of());
  }

  // journal.md A6 no. 3: a container's appliance is process 1 before the kill and after it, and
  // Chronicle takes the dead owner of its lock for itself.
  @Test
  @Tag("real")
  void killAndRestartWithTheSameProcessIdIsLikeAnyOther() throws Exception {
    TestVolume.require();
    kills(List.of("unshare", "--pid", "--fork", "--kill-child"));
    assertThat(owner).isEqualTo("1");
  }

  private void kills(List<String> prefix) throws Exception {
    var acked = new HashMap<Long, String>();
    for (int kill = 0; kill < KILLS; kill++) {
      killInTheMiddle(String.valueOf(kill), prefix);
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

  private void killInTheMiddle(String name, List<String> prefix) throws Exception {
    var log = dir.resolve("log-" + name);
    var process = start(name, log, prefix);
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
      owner = Files.readString(dir.resolve("journal/lock")).strip();
    } finally {
      process.destroyForcibly().waitFor();
      // Behind unshare the journal's process dies a moment later: its lock says when.
      Entries.await(this::unlocked);
    }
  }

  private Process start(String name, Path log, List<String> prefix) throws IOException {
    var command = new ArrayList<String>(prefix);
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

  private boolean unlocked() {
    try (var channel = FileChannel.open(dir.resolve("journal/lock"), StandardOpenOption.WRITE)) {
      var lock = channel.tryLock();
      return lock != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
