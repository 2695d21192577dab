package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 *
 * <p>The writer rolls; the sealer changes keys when it reaches the roll: it has hashed exactly the
 * records of the epoch then, says so in the close statement, which names the next epoch's key,
 * forgets the old key, and appends the statement, which so comes to lie a little behind the roll.
 * It makes no checkpoint between the roll and the record that certifies the new key, and none
 * before it has hashed the record that repeats the last one: when a force takes long, that record
 * lies far behind what is durable, and whoever reads in order must not meet two checkpoints before
 * it.
 */
final class Sealer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
  private static final long BEAT_MILLIS = 20;

  private final Settings settings;
  private final Sealing sealing;
  private final KeyChain keys;
  private final ChronicleJournal journal;
  private final JournalWalk walk;
  private final MerkleFrontier frontier;
  private final Tiles tiles;
  private final CheckpointLog log;
  private final Thread thread;
  // Of the sealer, and after its end of who stopped it.
  private EpochKey key;
  private int run;
  private int epoch;
  private long certified = -1;
  private long repeated = -1;
  private long certifyNanos;
  private long certifyBytes;
  private long checkpointNanos;
  private boolean news;
  private boolean noRoom;
  private volatile boolean stopping;

  Sealer(Path directory, BootScan boot, Settings settings, KeyChain keys, ChronicleJournal journal)
      throws IOException {
    this.settings = settings;
    this.keys = keys;
    sealing = settings.sealing();
    this.journal = journal;
    frontier = boot.frontier();
    walk = new JournalWalk(directory, boot.run(), frontier.size());
    tiles = boot.tiles();
    log = CheckpointLog.open(directory, boot.checkpointBytes(), settings.force());
    // What a start finds unsealed is sealed by its first checkpoint, at once.
    checkpointNanos =
        settings.nanos().getAsLong() - TimeUnit.MILLISECONDS.toNanos(sealing.checkpointMillis());
    certifyNanos = settings.nanos().getAsLong();
    thread = new Thread(this::run, "sealer");
    thread.setDaemon(true);
  }

  /** The first epoch of the run, whose certificate is about to be written. */
  void open(EpochKey first, int run) {
    key = first;
    this.run = run;
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
      // On a full or a slow disk, too, which only keeps callers away.
      while (!stopping && !journal.isFenced()) {
        step();
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS));
      }
    } catch (Throwable e) { // a journal that cannot be sealed must not go on as if it were
      journal.fence(e);
    }
  }

  private void step() throws IOException, JournalWalk.Broken {
    try {
      hash();
      if (due()) {
        checkpoint();
      }
    } catch (NoRoom e) {
      // A full disk ends when somebody makes room; until then nothing is stated that is not kept.
      if (!noRoom) {
        LOG.error("journal: no room for a checkpoint; the tail stays unsealed", e);
      }
      noRoom = true;
    }
  }

  private boolean due() {
    long waited = settings.nanos().getAsLong() - checkpointNanos;
    long due = news ? sealing.checkpointMillis() : sealing.heartbeatMillis();
    return certified >= 0
        && frontier.size() > certified
        && frontier.size() > repeated
        && waited >= TimeUnit.MILLISECONDS.toNanos(due);
  }

  private void hash() throws IOException, JournalWalk.Broken {
    long durable = journal.durable();
    while (walk.count() <= durable) {
      if (!walk.next()) {
        throw new JournalWalk.Broken(
            walk.count(), walk.place(), "a record that was appended cannot be read", true);
      }
      var header = walk.header();
      if (header.type() == FrameType.KEY_OPEN && header.key() > epoch) {
        change(header.key());
      } else if (header.type() == FrameType.EPOCH_OPEN && certified < 0) {
        certified = header.seq();
      }
      frontier.append(walk.bytes(), walk.from(), walk.to() - walk.from());
      tiles.flushMany();
      certifyBytes += walk.to() - walk.from();
      news |= header.type() != FrameType.CHECKPOINT && header.type() != FrameType.COSIGNED;
    }
  }

  /** Before the first record of the next epoch is hashed: the tree is that of the one that ends. */
  private void change(int number) {
    var next = keys.signing(number);
    var close = statement(true, next.key()).sign(key);
    key.destroy();
    key = next;
    epoch = number;
    certified = journal.appendClear(FrameType.EPOCH_CLOSE, close);
    long now = settings.nanos().getAsLong();
    boolean old = now - certifyNanos >= TimeUnit.MILLISECONDS.toNanos(sealing.certifyMillis());
    if (old || certifyBytes >= sealing.bootBytes()) {
      certifyNanos = now;
      certifyBytes = 0;
      journal.certify(statement(false, next.key()));
    }
  }

  private EpochStatement statement(boolean closes, LogKey named) {
    return new EpochStatement(
        closes, key.key().name(), run, epoch, frontier.size(), frontier.root(), named);
  }

  private void checkpoint() throws IOException {
    checkpointNanos = settings.nanos().getAsLong();
    var checkpoint = seal();
    if (noRoom) {
      LOG.warn("journal: there is room again for checkpoints");
      noRoom = false;
    }
    repeated = journal.appendClear(FrameType.CHECKPOINT, checkpoint.note().getBytes(UTF_8));
    news = false;
  }

  private Checkpoint seal() throws IOException {
    var checkpoint = Checkpoint.sign(key, frontier.size(), frontier.root());
    tiles.flush();
    log.append(checkpoint);
    journal.sealed(checkpoint);
    return checkpoint;
  }

  /**
   * Seals all there is, after the thread's end: a checkpoint in the log and as a frame, the close
   * of the run, then a checkpoint over these, in the log only, so that a journal at rest has no
   * unsealed tail and no key that could seal another.
   */
  void sealAll() {
    try {
      if (certifiedAll()) {
        checkpoint();
        if (certifiedAll()) {
          var close = statement(true, null).sign(key);
          if (journal.appendClear(FrameType.EPOCH_CLOSE, close) != frontier.size()) {
            throw new IllegalStateException("a record behind the end of the journal");
          }
          if (certifiedAll()) {
            seal();
          }
        }
      }
    } catch (IOException | JournalWalk.Broken | RuntimeException e) {
      LOG.error("journal: closed with an unsealed tail", e);
    } finally {
      if (key != null) {
        key.destroy();
      }
    }
  }

  /** Hashes all there is; it may take a change of keys along, whose record is then there, too. */
  private boolean certifiedAll() throws IOException, JournalWalk.Broken {
    do {
      if (!awaitDurable()) {
        return false;
      }
      hash();
    } while (frontier.size() <= journal.appended());
    return certified >= 0;
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
        log) {
      LOG.debug("journal: {} records sealed or hashed", frontier.size());
    } catch (IOException e) {
      LOG.warn("journal: its files could not be closed", e);
    }
  }
}
