package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.KmsException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks to the key service on a thread of its own, {@code keys}: makes the next rolls' keys ahead,
 * and has the identity certify an epoch's key once a day. A key service that hangs delays neither
 * the disk nor a checkpoint.
 */
final class KeyKeeper {
  private static final long RETRY_SECONDS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(KeyKeeper.class);

  private final Settings settings;
  private final KeyChain keys;
  private final Identity identity;
  private final ChronicleJournal journal;
  private final AtomicReference<EpochStatement> due = new AtomicReference<>();
  private final Thread thread;
  // Of the thread alone.
  private long retryNanos;
  private boolean said;
  private boolean low;
  private volatile boolean stopping;

  KeyKeeper(Settings settings, KeyChain keys, Identity identity, ChronicleJournal journal) {
    this.settings = settings;
    this.keys = keys;
    this.identity = identity;
    this.journal = journal;
    retryNanos = settings.nanos().getAsLong();
    thread = new Thread(this::run, "keys");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Does not wait for the thread, which may wait for a key service: it writes nothing any more. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  /** Looks whether there is something to do; now and then, and after {@link #certify}. */
  void wake() {
    if (due.get() != null || !keys.complete()) {
      LockSupport.unpark(thread);
    }
  }

  /** A newer statement takes the place of one that could not be signed yet. */
  void certify(EpochStatement statement) {
    due.set(statement);
  }

  private void run() {
    while (!stopping) {
      if (settings.nanos().getAsLong() - retryNanos >= 0) {
        work();
      }
      LockSupport.park(this);
    }
  }

  private void work() {
    try {
      while (!keys.complete() && !stopping) {
        keys.prepare();
      }
      var statement = due.get();
      if (statement != null) {
        var signed = statement.sign(identity);
        due.compareAndSet(statement, null);
        journal.offerClear(FrameType.EPOCH_OPEN, signed);
      }
      said = false;
      low = false;
    } catch (KmsException e) {
      retryNanos = settings.nanos().getAsLong() + TimeUnit.SECONDS.toNanos(RETRY_SECONDS);
      int left = keys.count();
      if (left < KeyChain.LOW || !said) {
        LOG.error("journal: the key service did not answer; keys for {} more files", left, e);
        said = true;
      }
      if (left < KeyChain.LOW && !low) {
        low = true;
        var entry =
            new JournalEntry.KeyEvent(
                "keys-low", identity.kms().name(), "data keys for " + left + " more files");
        journal.append(entry, entry, EventClass.ADMIN);
      }
    } catch (Throwable e) { // what else goes wrong here is a journal that cannot go on
      journal.fence(e);
    }
  }
}
