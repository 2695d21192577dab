package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
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
  private static final JournalUnavailable CLOSED =
      new JournalUnavailable("the journal is closed", null);
  private static final long KEY_RETRY_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

  private final Settings settings;
  private final DirectoryLock lock;
  private final LogKey logKey;
  private final int run;
  private final KeyChain keys;
  private final FrameStore store;
  private final Committer committer;
  private final Sealer sealer;
  private final JournalClock clock;
  private final ThreadLocal<PayloadWriter> payloads = ThreadLocal.withInitial(PayloadWriter::new);

  // Guards all that follows, and the store.
  private final ReentrantLock appending = new ReentrantLock();
  private final FrameCipher cipher = new FrameCipher();
  private final PayloadWriter own = new PayloadWriter();
  private final byte[] frame = new byte[Frame.MAX];
  private final ByteBuffer frameHeader = ByteBuffer.wrap(frame);
  private DataKey key;
  private long next;

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
    this.run = run;
    next = boot.frontier().size();
    appended = next - 1;
    keys = new KeyChain(kms, logKey.name(), run);
    clock = new JournalClock(settings);
    committer = new Committer(settings, () -> appended, appended, this::fence, this::beat);
    store = new FrameStore(JournalFiles.run(directory, run), clock.rollMillis());
    try {
      sealer = new Sealer(directory, logKey, kms, boot, settings, this);
      begin(boot.recovery());
    } catch (IOException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
    committer.start();
    sealer.start();
  }

  private void begin(Recovery recovery) {
    appending.lock();
    try {
      openKey(keys.take());
      if (recovery != null) {
        writeClear(FrameType.RECOVERY, recovery.body());
        LOG.warn(
            "journal: the last stop was not in order; {} records found, {} of them sealed {}",
            recovery.found(),
            recovery.sealed(),
            recovery.damage());
      }
      appended = next - 1;
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
      if (unavailable() != null) {
        return CompletableFuture.failedFuture(unavailable());
      }
      long seq = write(type, JournalEntry.intent(entry), payload);
      if (durability == Durability.DISK) {
        committer.await(next - 1, whenDurable(recorded, new Recorded<>(value, seq)));
      } else {
        recorded.complete(new Recorded<>(value, seq));
      }
      appended = next - 1;
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
    return closing && fenced == null ? CLOSED : fenced;
  }

  // Under the lock. The number of the entry's first frame.
  private long write(FrameType type, long intent, PayloadWriter payload)
      throws GeneralSecurityException {
    long micros = clock.micros();
    long step = clock.takeStep();
    if (step != 0) {
      var alert = new JournalEntry.Alert("clock-step", "wall clock set by " + step + " us");
      writeFrames(own.write(alert), Frame.NO_REF, own, micros);
    }
    rollIfDue();
    return writeFrames(type, intent, payload, micros);
  }

  private long writeFrames(FrameType type, long intent, PayloadWriter payload, long micros)
      throws GeneralSecurityException {
    long first = next;
    long ref = type == FrameType.INTENT ? first : intent;
    int from = 0;
    do {
      int length = Math.min(payload.length() - from, Frame.PLAIN_MAX);
      boolean more = from + length < payload.length();
      int flags = (more ? Frame.MORE : 0) | (from > 0 ? Frame.CONTINUED : 0);
      int body = length + Frame.TAG;
      frameHeader.clear();
      Frame.putHeader(frameHeader, type, flags, run, next, micros, ref, key.number, body);
      cipher.seal(key, next, payload.bytes(), from, length, frame);
      store.append(frame, Frame.HEADER + body);
      next++;
      from += length;
    } while (from < payload.length());
    return first;
  }

  private void writeClear(FrameType type, byte[] body) {
    frameHeader.clear();
    long micros = clock.micros();
    Frame.putHeader(frameHeader, type, 0, run, next, micros, Frame.NO_REF, key.number, body.length);
    frameHeader.put(body);
    store.append(frame, Frame.HEADER + body.length);
    next++;
  }

  // A key service that is down must not stop care: without a next key the file goes on.
  private void rollIfDue() {
    long millis = clock.rollMillis();
    if (store.rolls(millis)) {
      var ready = keys.poll();
      if (ready != null) {
        store.roll(millis);
        openKey(ready);
      }
    }
  }

  private void openKey(DataKey fresh) {
    key = fresh;
    long first = next;
    writeClear(FrameType.KEY_OPEN, fresh.opening());
    committer.file(first, store.file());
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
      writeClear(FrameType.CHECKPOINT, note);
      appended = next - 1;
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
      store.close();
    } finally {
      appending.unlock();
    }
    lock.close();
  }
}
