package io.sallyport.proxy.siem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterTest {
  private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(200);

  @TempDir Path dir;
  private Recorded journal;
  private final Receiver receiver = new Receiver();

  @BeforeEach
  void open() {
    journal = new Recorded(dir);
  }

  @AfterEach
  void close() {
    journal.close();
  }

  /**
   * A receiver as rsyslog is: it has read, and a moment later kept. A kill takes what it has not
   * kept, and is seen at the next look.
   */
  private static final class Receiver implements Exporter.Opening {
    private final List<Event> kept = new ArrayList<>();
    private final List<Event> read = new ArrayList<>();
    private int life;
    private boolean down;
    private int opened;

    synchronized void kill() {
      read.clear();
      life++;
    }

    synchronized void keep() {
      kept.addAll(read);
      read.clear();
    }

    synchronized void down(boolean is) {
      down = is;
      if (is) {
        kill();
      }
    }

    synchronized List<Long> numbers() {
      return kept.stream().map(Event::seq).toList();
    }

    synchronized Event of(long seq) {
      return kept.stream().filter(e -> e.seq() == seq).findFirst().orElseThrow();
    }

    @Override
    public synchronized Sink open() throws IOException {
      if (down) {
        throw new IOException("connection refused");
      }
      opened++;
      int mine = life;
      return new Sink() {
        private final List<Event> sent = new ArrayList<>();

        @Override
        public void send(Event event, String text) throws IOException {
          check();
          sent.add(event);
        }

        @Override
        public void barrier() throws IOException {
          synchronized (Receiver.this) {
            check();
            read.addAll(sent);
            sent.clear();
          }
        }

        @Override
        public void check() throws IOException {
          synchronized (Receiver.this) {
            if (life != mine) {
              throw new IOException("connection reset");
            }
          }
        }

        @Override
        public void close() {
          sent.clear();
        }
      };
    }
  }

  private Exporter exporter() {
    var settings =
        new ExportSettings(
            "soc", new SyslogTarget("siem.example", 6514), null, "ocsf", false, false);
    return new Exporter(
        settings, journal.source(), receiver, new ExportMetrics(journal.registry), SETTLE);
  }

  private static void await(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!until.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    assertThat(until.getAsBoolean()).isTrue();
  }

  private boolean has(long last) {
    receiver.keep();
    return receiver.numbers().contains(last);
  }

  private double lag() {
    return journal.registry.getSampleValue(
        "sallyport_siem_lag_records", new String[] {"to"}, new String[] {"soc"});
  }

  @Test
  void everyRecordArrivesInOrderWithItsCaller() throws Exception {
    long last = 0;
    for (int i = 0; i < 50; i++) {
      last = journal.access("p" + i);
    }
    long end = last;
    try (var exporter = exporter()) {
      exporter.start();
      await(() -> has(end));
      await(() -> lag() < 2);
    }
    assertThat(receiver.numbers()).isSorted().doesNotHaveDuplicates();
    var event = receiver.of(end);
    assertThat(event.subject()).isEqualTo("dr-jones");
    assertThat(event.exchange()).isEqualTo("x-p49");
  }

  @Test
  void killedReceiverLosesNothing() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ExporterTest seed " + seed);
    var random = new Random(seed);
    long last = 0;
    try (var exporter = exporter()) {
      exporter.start();
      for (int i = 0; i < 400; i++) {
        last = journal.access("p" + i);
        if (random.nextInt(40) == 0) {
          receiver.kill();
        }
        if (random.nextInt(10) == 0) {
          receiver.keep();
        }
        if (random.nextInt(20) == 0) {
          Thread.sleep(random.nextInt(40));
        }
      }
      long end = last;
      await(() -> has(end));
    }
    var arrived = new TreeSet<>(receiver.numbers());
    // What only seals is no record for a SIEM.
    var all = new TreeSet<Long>();
    try (var tail = journal.tail(0)) {
      for (var f = tail.next(); f != null && f.read().seq() <= last; f = tail.next()) {
        all.add(f.read().seq());
      }
    }
    assertThat(arrived).containsAll(all);
    assertThat(all.size()).isGreaterThan(800);
  }

  @Test
  void receiverThatIsAwayMakesLagAndNothingElse() throws Exception {
    receiver.down(true);
    try (var exporter = exporter()) {
      exporter.start();
      long last = 0;
      for (int i = 0; i < 100; i++) {
        last = journal.access("p" + i);
      }
      long end = last;
      await(() -> journal.durable() >= end);
      assertThat(lag()).isGreaterThan(190);
      receiver.down(false);
      await(() -> has(end));
      await(() -> lag() < 5);
    }
    assertThat(receiver.numbers()).doesNotHaveDuplicates();
  }

  @Test
  void anotherStartGoesOnWhereItWasSettledAndKnowsWhatGoesOn() throws Exception {
    long intent = journal.add(Recorded.intent("x-long", "Patient/long"));
    try (var exporter = exporter()) {
      exporter.start();
      await(() -> has(intent));
      // Settled is what is on the disk: a later record settles the ones before it.
      var position = new Position(dir.resolve("soc.position"), journal.tail(0).origin());
      await(
          () -> {
            try {
              return position.read() > intent;
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
    }
    int before = receiver.numbers().size();
    long outcome = journal.add(Recorded.outcome("x-long", intent, "long"));
    try (var again = exporter2()) {
      again.start();
      await(() -> has(outcome));
    }
    var since = receiver.numbers().subList(before, receiver.numbers().size());
    assertThat(since).isNotEmpty().allMatch(seq -> seq > intent);
    assertThat(receiver.of(outcome).subject()).isEqualTo("dr-jones");
  }

  private Exporter exporter2() {
    journal.registry.clear();
    return exporter();
  }

  @Test
  void recordsOfALaterStartFollow() throws Exception {
    long first = journal.access("a");
    try (var exporter = exporter()) {
      exporter.start();
      await(() -> has(first));
      journal.close();
      journal.open();
      long second = journal.access("b");
      await(() -> has(second));
    }
    assertThat(receiver.numbers()).isSorted();
  }

  @Test
  void nothingLeavesThatIsNotOnTheDisk() {
    try (var tail =
        new io.sallyport.proxy.journal.JournalTail(
            dir.resolve("journal"), journal.kms(), 0, () -> 1L)) {
      journal.access("a");
      long last = -1;
      for (var f = tail.next(); f != null; f = tail.next()) {
        last = f.read().seq();
      }
      assertThat(last).isBetween(0L, 1L); // the first record is there, and none beyond the disk
    }
  }
}
