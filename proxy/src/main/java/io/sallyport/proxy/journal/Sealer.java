package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the journal behind its writer, from the files and not from memory, hashes every frame into
 * the Merkle log and signs a checkpoint: the thread {@code sealer}. It states only what is on disk,
 * or a power failure would make an honest journal shorter than its last checkpoint. When the files
 * do not give back what was appended, the journal is fenced.
 */
final class Sealer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
  private static final long BEAT_MILLIS = 20;

  private final LogKey key;
  private final Kms kms;
  private final Settings settings;
  private final ChronicleJournal journal;
  private final JournalWalk walk;
  private final MerkleFrontier frontier;
  private final LeafFile leaves;
  private final CheckpointLog log;
  private final Thread thread;
  // Of the sealer, and after its end of who stopped it.
  private long checkpointNanos;
  private boolean news;
  private volatile boolean stopping;

  Sealer(
      Path directory,
      LogKey key,
      Kms kms,
      BootScan boot,
      Settings settings,
      ChronicleJournal journal)
      throws IOException {
    this.key = key;
    this.kms = kms;
    this.settings = settings;
    this.journal = journal;
    frontier = boot.frontier();
    walk = new JournalWalk(directory, boot.run(), frontier.size());
    leaves = new LeafFile(directory);
    log = CheckpointLog.open(directory, boot.checkpointBytes(), settings.force());
    // What a start finds unsealed is sealed by its first checkpoint, at once.
    checkpointNanos =
        settings.nanos().getAsLong() - TimeUnit.MILLISECONDS.toNanos(settings.checkpointMillis());
    thread = new Thread(this::run, "sealer");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Ends the thread; what it owned is then the caller's. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
    Threads.join(thread);
  }

  private void run() {
    try {
      while (!stopping && journal.writable()) {
        hash();
        if (due()) {
          checkpoint();
        }
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS));
      }
    } catch (Throwable e) { // a journal that cannot be sealed must not go on as if it were
      journal.fence(e);
    }
  }

  private boolean due() {
    long waited = settings.nanos().getAsLong() - checkpointNanos;
    long due = news ? settings.checkpointMillis() : settings.heartbeatMillis();
    return frontier.size() > 0 && waited >= TimeUnit.MILLISECONDS.toNanos(due);
  }

  private void hash() throws IOException, JournalWalk.Broken {
    long durable = journal.durable();
    while (walk.count() <= durable) {
      if (!walk.next()) {
        throw new JournalWalk.Broken(
            walk.count(), walk.place(), "a record that was appended cannot be read", true);
      }
      frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
      leaves.put(walk.count() - 1, frontier.leaf());
      news |= walk.header().type() != FrameType.CHECKPOINT;
    }
  }

  private Checkpoint checkpoint() throws IOException {
    checkpointNanos = settings.nanos().getAsLong();
    Checkpoint checkpoint;
    try {
      checkpoint = Checkpoint.sign(key, kms, frontier.size(), frontier.root());
    } catch (KmsException e) {
      LOG.error("journal: no signature; the tail stays unsealed", e);
      return null;
    }
    leaves.flush();
    log.append(checkpoint);
    journal.appendCheckpoint(checkpoint.note().getBytes(UTF_8));
    news = false;
    return checkpoint;
  }

  /**
   * Seals all there is, after the thread's end: a checkpoint in the log and as a frame, then one
   * over that frame, in the log only, so that a journal at rest has no unsealed tail.
   */
  void sealAll() {
    try {
      if (awaitDurable()) {
        hash();
        if (checkpoint() != null && awaitDurable()) {
          hash();
          leaves.flush();
          log.append(Checkpoint.sign(key, kms, frontier.size(), frontier.root()));
        }
      }
    } catch (IOException | JournalWalk.Broken | RuntimeException e) {
      LOG.error("journal: closed with an unsealed tail", e);
    }
  }

  private boolean awaitDurable() {
    while (journal.durable() < journal.appended()) {
      if (journal.isFenced()) {
        return false;
      }
      journal.hurry();
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
    return !journal.isFenced();
  }

  @Override
  public void close() {
    try (walk;
        leaves;
        log) {
      leaves.flush();
    } catch (IOException e) {
      LOG.warn("journal: leaf hashes not written; the next start makes them anew", e);
    }
  }
}
