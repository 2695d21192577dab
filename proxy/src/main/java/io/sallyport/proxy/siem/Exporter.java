package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the journal to one receiver, on a thread of its own, {@code siem-NAME}: at least once,
 * and again from a point that the receiver surely kept whenever it was lost sight of. It reads
 * files and touches no request; a receiver that is slow or dead only makes {@code lag} grow.
 */
final class Exporter implements AutoCloseable {
  /** Makes a sink that is connected. */
  interface Opening {
    Sink open() throws IOException;
  }

  /** A number up to which a barrier held, and when. */
  private record Held(long next, long nanos) {}

  /** Exchanges whose intents are remembered: what is longer ago goes out without its caller. */
  static final int REMEMBERED = 10_000;

  static final int BATCH = 1_000;
  private static final long BARRIER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long PAUSE_MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * What a receiver read so long ago it has kept, if no connection to it broke since: its own
   * queues have run empty.
   */
  static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

  private final String name;
  private final JournalTail tail;
  private final Position position;
  private final Wording wording;
  private final Format format;
  private final Opening opening;
  private final ExportMetrics metrics;
  private final long settleNanos;
  private final Thread thread;
  private final Map<Long, Intent> intents =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Intent> eldest) {
          return size() > REMEMBERED;
        }
      };
  // Barriers that held but are not settled, oldest first.
  private final Deque<Held> held = new ArrayDeque<>();
  // Written by the thread, read by who asks what the receiver has.
  private volatile long settled;
  // Also read by who asks for the lag.
  private volatile long next;
  private Sink sink;
  private long pause = PAUSE_NANOS;
  private volatile boolean stopping;

  /**
   * @param settleNanos when what a receiver has read counts as kept
   */
  Exporter(
      ExportSettings settings,
      Exports.Source source,
      Opening opening,
      ExportMetrics metrics,
      long settleNanos) {
    name = settings.name();
    this.settleNanos = settleNanos;
    this.opening = opening;
    this.metrics = metrics;
    tail = source.tails().get();
    position = position(source.positions(), name, tail.origin());
    UnaryOperator<String> patient =
        settings.patients() ? UnaryOperator.identity() : source.patient();
    wording = new Wording(patient, settings.queries());
    format = Format.ALL.get(settings.format());
    thread = new Thread(this::run, "siem-" + name);
    thread.setDaemon(true);
    metrics.lag(name, () -> Math.max(0, source.durable().getAsLong() + 1 - next));
  }

  /** Where a receiver's position is kept. */
  static Position position(Path positions, String receiver, String origin) {
    return new Position(positions.resolve(receiver + ".position"), origin);
  }

  /** The first record that the receiver may lack. */
  long settled() {
    return settled;
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!stopping) {
      try {
        settled = position.read();
        rewind();
        while (!stopping) {
          work();
        }
        finish();
      } catch (IOException | RuntimeException e) { // the journal's and the key service's, too
        lost(e);
      }
    }
    closeSink();
    tail.close();
  }

  private void rewind() {
    held.clear();
    next = settled;
    intents.clear();
    tail.seek(next);
  }

  private void lost(Exception e) {
    closeSink();
    if (stopping) {
      return;
    }
    metrics.failed(name);
    LOG.warn("siem {}: {}; tried again from record {}", name, e.toString(), settled);
    LockSupport.parkNanos(this, pause);
    pause = Math.min(2 * pause, PAUSE_MAX_NANOS);
  }

  private void closeSink() {
    if (sink != null) {
      sink.close();
      sink = null;
    }
  }

  // Sends what there is, and has it read; then waits a little.
  private void work() throws IOException {
    if (sink == null) {
      sink = opening.open();
    }
    sink.check();
    long begun = System.nanoTime();
    int sent = 0;
    while (sent < BATCH && !stopping) {
      var followed = tail.next();
      if (followed == null) {
        next = Math.max(next, tail.position()); // what only seals is no record for anybody
        if (sent == 0 || System.nanoTime() - begun >= BARRIER_NANOS) {
          break;
        }
        LockSupport.parkNanos(this, IDLE_NANOS); // a barrier costs a handshake: not for each record
        continue;
      }
      if (send(followed)) {
        sent++;
      }
    }
    if (sent > 0) {
      sink.barrier();
      held.add(new Held(next, System.nanoTime()));
      metrics.delivered(name, sent);
      pause = PAUSE_NANOS;
    } else {
      LockSupport.parkNanos(this, IDLE_NANOS);
    }
    settle();
  }

  private void settle() throws IOException {
    long before = settled;
    while (!held.isEmpty() && System.nanoTime() - held.peek().nanos() >= settleNanos) {
      settled = held.remove().next();
    }
    if (settled != before) {
      position.write(settled);
    }
  }

  private boolean send(JournalTail.Followed followed) throws IOException {
    var read = followed.read();
    var entry = wording.of(read.entry());
    if (entry instanceof Intent intent) {
      intents.put(read.seq(), intent);
    }
    if (read.seq() < next) {
      return false; // sent before; read to know what goes on
    }
    var event =
        new Event(
            tail.origin(),
            read.seq(),
            read.time(),
            followed.leaf(),
            entry,
            intents.get(read.ref()));
    sink.send(event, format.text(event));
    next = read.seq() + 1;
    if (ends(entry)) {
      intents.remove(read.ref());
    }
    return true;
  }

  private static boolean ends(JournalEntry entry) {
    return entry instanceof JournalEntry.Close || entry instanceof JournalEntry.Outcome;
  }

  // What is durable when the appliance stops goes out if the receiver takes it now. It is not
  // settled: the next start sends it again.
  private void finish() throws IOException {
    if (sink == null) {
      return;
    }
    int sent = 0;
    for (var last = tail.next(); last != null && sent < 10 * BATCH; last = tail.next()) {
      sent += send(last) ? 1 : 0;
    }
    if (sent > 0) {
      sink.barrier();
      metrics.delivered(name, sent);
    }
  }

  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
