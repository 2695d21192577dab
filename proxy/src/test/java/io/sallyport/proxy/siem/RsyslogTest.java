package io.sallyport.proxy.siem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.fixtures.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real rsyslog, killed and started again in the middle of a stream. */
@Tag("real")
class RsyslogTest {
  private static final int ACCESSES = 50_000;
  private static final Path RSYSLOG = Path.of("/usr/sbin/rsyslogd");
  private static final Pattern RECORD =
      Pattern.compile("origin=\"([^\"]+)\" seq=\"(\\d+)\" leaf=\"([0-9a-f]{64})\"");

  @TempDir Path dir;
  private Process rsyslog;
  private int port;

  @AfterEach
  void stop() {
    if (rsyslog != null) {
      rsyslog.destroyForcibly();
    }
  }

  private static boolean ossl() throws IOException {
    try (var lib = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
      for (var each : lib) {
        if (Files.exists(each.resolve("rsyslog/lmnsd_ossl.so"))) {
          return true;
        }
      }
    }
    return false;
  }

  private void start() throws Exception {
    var conf = dir.resolve("rsyslog.conf");
    Files.writeString(
        conf,
        """
        global(workDirectory="%1$s" maxMessageSize="256k"
          defaultNetstreamDriver="ossl"
          defaultNetstreamDriverCAFile="%1$s/ca.pem"
          defaultNetstreamDriverCertFile="%1$s/server.pem"
          defaultNetstreamDriverKeyFile="%1$s/server-key.pem")
        module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
        template(name="raw" type="string" string="%%rawmsg%%\\n")
        ruleset(name="in") { action(type="omfile" file="%1$s/received.log" template="raw") }
        input(type="imtcp" address="127.0.0.1" port="%2$d" ruleset="in")
        """
            .formatted(dir, port));
    rsyslog =
        new ProcessBuilder(RSYSLOG.toString(), "-n", "-f", conf.toString(), "-i", "NONE")
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("rsyslog.out").toFile())
            .start();
    await(
        () -> {
          try (var probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  private static void await(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (!until.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(until.getAsBoolean()).isTrue();
  }

  private TreeMap<Long, String> received() throws IOException {
    var all = new TreeMap<Long, String>();
    var file = dir.resolve("received.log");
    if (Files.exists(file)) {
      try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
        lines.forEach(
            line -> {
              var m = RECORD.matcher(line);
              if (m.find() && line.endsWith("}")) {
                all.put(Long.parseLong(m.group(2)), m.group(3));
              }
            });
      }
    }
    return all;
  }

  @Test
  void hundredThousandRecordsArriveWhateverBecomesOfTheReceiver() throws Exception {
    var missing = "rsyslog with ossl is not there (apt-get install rsyslog rsyslog-openssl)";
    boolean there = Files.exists(RSYSLOG) && ossl();
    if (Boolean.getBoolean("real.required")) {
      assertThat(there).as(missing).isTrue();
    }
    assumeTrue(there, missing);
    ThrowawayPki.write(dir);
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    start();
    var settings =
        new ExportSettings(
            "soc",
            new SyslogTarget("localhost", port),
            TestTls.trusting(dir.resolve("ca.pem")),
            "ocsf",
            false,
            false);
    try (var journal = new Recorded(dir);
        var exports = Exports.start(List.of(settings), journal.source(), journal.registry)) {
      assertThat(exports).isNotNull();
      int kills = 0;
      for (int i = 0; i < ACCESSES; i++) {
        journal.access("p" + i);
        if (i % (ACCESSES / 4) == ACCESSES / 8) {
          int before = received().size();
          await(
              () -> {
                try {
                  return received().size() > before + 100;
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
          rsyslog.destroyForcibly().waitFor();
          kills++;
          start();
        }
      }
      long last = journal.access("last");
      await(
          () -> {
            try {
              return received().containsKey(last);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      var due = new TreeSet<Long>();
      var leaves = new TreeMap<Long, String>();
      try (var tail = journal.tail(0)) {
        for (var f = tail.next(); f != null && f.read().seq() <= last; f = tail.next()) {
          due.add(f.read().seq());
          leaves.put(f.read().seq(), f.leaf());
        }
      }
      var arrived = received();
      var lost = new TreeSet<>(due);
      lost.removeAll(arrived.keySet());
      assertThat(lost).isEmpty();
      due.removeIf(seq -> !leaves.get(seq).equals(arrived.get(seq)));
      assertThat(due).hasSameSizeAs(leaves.keySet());
      long lines;
      try (var all = Files.lines(dir.resolve("received.log"), StandardCharsets.ISO_8859_1)) {
        lines = all.count();
      }
      System.out.printf(
          "RsyslogTest: %d records, %d kills, %d lines received, %d of them again%n",
          due.size(), kills, lines, lines - arrived.size());
      assertThat(due.size()).isGreaterThan(2 * ACCESSES);
    }
  }
}
