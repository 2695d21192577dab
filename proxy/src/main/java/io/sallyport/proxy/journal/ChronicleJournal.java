package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);

  private final Settings settings;
  private final DirectoryLock lock;
  private final Identity identity;
  private final KeyChain keys;
  private final Committer committer;
  private final KeyKeeper keeper;
  private final Sealer sealer;
  private final ThreadLocal<PayloadWriter> payloads = ThreadLocal.withInitial(PayloadWriter::new);

  // Guards the writer, and every write of the fields below.
  private final ReentrantLock appending = new ReentrantLock();
  private final FrameWriter writer;

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
   * @param kms wraps data keys and certifies the keys that sign checkpoints
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
    identity = new Identity(Origin.open(directory, kms), kms);
    var boot = BootScan.of(directory, identity.key(), settings.force());
    int run = boot.run() + 1;
    long next = boot.frontier().size();
    appended = next - 1;
    keys = new KeyChain(kms, identity.key().name(), run, settings.clock());
    keeper = new KeyKeeper(settings, keys, identity, this);
    committer = new Committer(settings, () -> appended, appended, this::fence, keeper::wake);
    sealer = new Sealer(directory, boot, settings, keys, this);
    var clock = new JournalClock(settings);
    FrameStore store = null;
    try {
      store = new FrameStore(JournalFiles.run(directory, run), clock.rollMillis());
      writer = new FrameWriter(run, keys, store, committer, clock, next);
      begin(run, boot);
    } catch (RuntimeException | Error e) {
      sealer.close();
      if (store != null) {
        store.close();
      }
      throw e;
    }
    keeper.start();
    committer.start();
    sealer.start();
    if (!boot.mended().isEmpty()) {
      var names = boot.mended().stream().limit(10).map(directory::relativize).toList();
      var alert = new JournalEntry.Alert("tiles-mended", boot.mended().size() + ": " + names);
      LOG.warn("journal: tiles were missing or changed and were made anew: {}", names);
      append(alert, alert, Durability.DISK);
    }
  }

  /** The first frames of a run: its key is there already, the identity speaks for it here. */
  private void begin(int run, BootScan boot) {
    var recovery = boot.recovery();
    var recovered = recovery == null ? null : recovery.sign(identity);
    var epoch = keys.signing(0);
    var opening =
        new EpochStatement(
            false,
            identity.key().name(),
            run,
            0,
            boot.frontier().size(),
            boot.frontier().root(),
            epoch.key());
    var certificate = opening.sign(identity);
    sealer.open(epoch, run);
    appending.lock();
    try {
      if (recovery != null) {
        writer.clear(FrameType.RECOVERY, recovered);
        LOG.warn(
            "journal: the last stop was not in order; {} records found, {} of them sealed {}",
            recovery.found(),
            recovery.sealed(),
            recovery.damage());
      }
      writer.clear(FrameType.EPOCH_OPEN, certificate);
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

  /**
   * Appends a frame that says nothing about anybody: what the sealer states.
   *
   * @return its number
   */
  long appendClear(FrameType type, byte[] body) {
    appending.lock();
    try {
      if (fenced != null) {
        throw fenced;
      }
      writer.clear(type, body);
      appended = writer.newest();
      return appended;
    } finally {
      appending.unlock();
    }
  }

  /** Appends such a frame unless the journal is closed, or being closed. */
  void offerClear(FrameType type, byte[] body) {
    appending.lock();
    try {
      if (writable()) {
        appendClear(type, body);
      }
    } finally {
      appending.unlock();
    }
  }

  /** A statement that the identity is to sign when the key service can; never waits. */
  void certify(EpochStatement statement) {
    keeper.certify(statement);
  }

  /** The newest record that is on disk: the sealer never states more. */
  long durable() {
    return committer.durable();
  }

  boolean nextKeyReady() {
    return keysReady() > 0;
  }

  /** Keys made ahead: rolls that need no key service. */
  int keysReady() {
    return keys.count();
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
    return identity.key().line();
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
    keeper.stop();
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
