package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal on disk. An append encodes outside the lock; under it the entry gets its sequence
 * number, is encrypted and written. Two threads follow: {@code committer} forces, {@code sealer}
 * hashes and signs. Whatever goes wrong in writing or forcing fences the journal until a restart.
 */
public final class ChronicleJournal implements Journal {
  private static final long KEY_RETRY_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

  private final Settings settings;
  private final DirectoryLock lock;
  private final LogKey logKey;
  private final KeyChain keys;
  private final Committer committer;
  private final Sealer sealer;
  private final ThreadLocal<PayloadWriter> payloads = ThreadLocal.withInitial(PayloadWriter::new);

  // Guards the writer, and every write of the fields below.
  private final ReentrantLock appending = new ReentrantLock();
  private final FrameWriter writer;

  /** Of the committer alone. */
  private long keyRetryNanos;

  /** Written under the lock, read by committer and sealer: the newest record there is. */
  private volatile long appended;

  /** Written once under the lock, read by all. */
  private volatile boolean closing;

  /** Written once under the lock, read by all. */
  private volatile JournalUnavailable fenced;

  /**
   * Opens the journal in a directory, creating it when it is not there, and proves that what is
   * there is what was sealed.
   *
   * @param kms wraps data keys and signs checkpoints
   * @param clock the time that frames say
   * @throws JournalUnavailable when another process writes it, when the disk or the key service
   *     fails, or when sealed records are missing or changed: the message names the first
   */
  public static ChronicleJournal open(Path directory, Kms kms, Clock clock) {
    return open(directory, kms, Settings.standard(clock));
  }

  static ChronicleJournal open(Path directory, Kms kms, Settings settings) {
    DirectoryLock lock = null;
    try {
      Origin.directory(directory);
      lock = DirectoryLock.take(directory);
      var journal = new ChronicleJournal(directory, kms, settings, lock);
      lock = null;
      return journal;
    } catch (IOException | KmsException e) {
      throw new JournalUnavailable("cannot open the journal in " + directory, e);
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }

  private ChronicleJournal(Path directory, Kms kms, Settings settings, DirectoryLock lock)
      throws IOException {
    this.settings = settings;
    this.lock = lock;
    logKey = Origin.open(directory, kms);
    var boot = BootScan.of(directory, logKey);
    int run = boot.run() + 1;
    long next = boot.frontier().size();
    appended = next - 1;
    keyRetryNanos = settings.nanos().getAsLong();
    keys = new KeyChain(kms, logKey.name(), run);
    committer = new Committer(settings, () -> appended, appended, this::fence, this::beat);
    sealer = new Sealer(directory, logKey, kms, boot, settings, this);
    var clock = new JournalClock(settings);
    FrameStore store = null;
    try {
      store = new FrameStore(JournalFiles.run(directory, run), clock.rollMillis());
      writer = new FrameWriter(run, keys, store, committer, clock, next);
      begin(boot.recovery());
    } catch (RuntimeException | Error e) {
      sealer.close();
      if (store != null) {
        store.close();
      }
      throw e;
    }
    committer.start();
    sealer.start();
  }

  private void begin(Recovery recovery) {
    appending.lock();
    try {
      if (recovery != null) {
        writer.clear(FrameType.RECOVERY, recovery.body());
        LOG.warn(
            "journal: the last stop was not in order; {} records found, {} of them sealed {}",
            recovery.found(),
            recovery.sealed(),
            recovery.damage());
      }
      appended = writer.newest();
    } finally {
      appending.unlock();
    }
  }

  @Override
  public <T> CompletionStage<Recorded<T>> append(
      T value, JournalEntry entry, Durability durability) {
    var payload = payloads.get();
    var type = payload.write(entry);
    var recorded = new CompletableFuture<Recorded<T>>();
    Throwable failure = null;
    appending.lock();
    try {
      if (!writable()) {
        return CompletableFuture.failedFuture(unavailable());
      }
      long seq = writer.entry(type, JournalEntry.intent(entry), payload);
      if (durability == Durability.DISK) {
        committer.await(writer.newest(), whenDurable(recorded, new Recorded<>(value, seq)));
      } else {
        recorded.complete(new Recorded<>(value, seq));
      }
      appended = writer.newest();
    } catch (Throwable e) { // an InternalError of a full disk, too: nothing can be known after it
      failure = e;
    } finally {
      appending.unlock();
    }
    if (failure != null) {
      fence(failure);
      return CompletableFuture.failedFuture(fenced);
    }
    if (durability == Durability.DISK) {
      committer.hurry();
    }
    return recorded;
  }

  private static <T> Consumer<JournalUnavailable> whenDurable(
      CompletableFuture<Recorded<T>> recorded, Recorded<T> proof) {
    return failure -> {
      if (failure == null) {
        recorded.complete(proof);
      } else {
        recorded.completeExceptionally(failure);
      }
    };
  }

  private JournalUnavailable unavailable() {
    var why = fenced;
    return why != null ? why : new JournalUnavailable("the journal is closed", null);
  }

  /** The committer's beat: makes the next key ahead of its roll. */
  private void beat() {
    if (settings.nanos().getAsLong() - keyRetryNanos < 0) {
      return;
    }
    try {
      keys.prepare();
    } catch (KmsException e) {
      keyRetryNanos = settings.nanos().getAsLong() + TimeUnit.SECONDS.toNanos(KEY_RETRY_SECONDS);
      LOG.error("journal: no next data key; the current one stays in use", e);
    }
  }

  /** The sealer's checkpoint as a frame. */
  void appendCheckpoint(byte[] note) {
    appending.lock();
    try {
      if (fenced != null) {
        throw fenced;
      }
      writer.clear(FrameType.CHECKPOINT, note);
      appended = writer.newest();
    } finally {
      appending.unlock();
    }
  }

  /** The newest record that is on disk: the sealer never states more. */
  long durable() {
    return committer.durable();
  }

  boolean nextKeyReady() {
    return keys.ready();
  }

  long appended() {
    return appended;
  }

  void hurry() {
    committer.hurry();
  }

  boolean isFenced() {
    return fenced != null;
  }

  /** Nothing can be recorded from here to the next start. */
  void fence(Throwable cause) {
    appending.lock();
    try {
      if (fenced != null) {
        return;
      }
      fenced = new JournalUnavailable("the journal cannot write until it is repaired", cause);
    } finally {
      appending.unlock();
    }
    LOG.error("journal: fenced until a restart", cause);
    committer.abandon(fenced);
  }

  @Override
  public boolean writable() {
    return fenced == null && !closing;
  }

  /** The line that {@code journal verify --public-key} wants. */
  public String publicKeyLine() {
    return logKey.line();
  }

  @Override
  public void close() {
    appending.lock();
    try {
      if (closing) {
        return;
      }
      closing = true;
    } finally {
      appending.unlock();
    }
    sealer.stop();
    sealer.sealAll();
    committer.stop();
    sealer.close();
    appending.lock();
    try {
      writer.close();
    } finally {
      appending.unlock();
    }
    lock.close();
  }
}
