package io.sallyport.proxy;

import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key service whose events are recorded: a key-encryption key is made, the service is away and
 * back, something cannot be unwrapped by a key that is there. The journal itself needs the service:
 * what happens before it is open is recorded then. Nobody waits for such a record.
 */
final class RecordedKms implements Kms {
  private static final Logger LOG = LoggerFactory.getLogger(RecordedKms.class);

  private final Kms kms;
  private final AtomicBoolean away = new AtomicBoolean();
  private final Set<String> unwrapFailed = ConcurrentHashMap.newKeySet();
  // Guarded by this: what happened before there was a journal, and then the journal.
  private final Queue<KeyEvent> early = new ArrayDeque<>();
  private Journal journal;

  RecordedKms(Kms kms) {
    this.kms = kms;
  }

  /** From here on events are recorded there; those of before now. */
  synchronized void to(Journal open) {
    journal = open;
    early.forEach(this::append);
    early.clear();
  }

  private synchronized void tell(String what, String key, String detail) {
    KeyEvent event = new KeyEvent(what, key, detail);
    if (journal == null) {
      early.add(event);
    } else {
      append(event);
    }
  }

  private void append(KeyEvent event) {
    journal
        .append(event, event, EventClass.ADMIN)
        .exceptionally(
            failure -> {
              LOG.warn("key event not recorded: {} {}", event.what(), event.key(), failure);
              return null;
            });
  }

  /** What the service can always do but for its own troubles: a failure says that it is away. */
  private <T> T watched(Supplier<T> work) {
    T done;
    try {
      done = work.get();
    } catch (KmsException e) {
      if (away.compareAndSet(false, true)) {
        tell("key-service-away", kms.name(), e.getMessage());
      }
      throw e;
    }
    if (away.compareAndSet(true, false)) {
      tell("key-service-back", kms.name(), "");
    }
    return done;
  }

  @Override
  public void ensure(String key) {
    boolean made =
        watched(
            () -> {
              boolean absent = kms.standing(key) == Standing.ABSENT;
              kms.ensure(key);
              return absent;
            });
    if (made) {
      tell("kek-made", key, kms.name());
    }
  }

  @Override
  public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
    return watched(() -> kms.wrap(key, dataKey, aad));
  }

  @Override
  public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
    try {
      return kms.unwrap(key, wrapped, aad);
    } catch (KmsException e) {
      // A key that was destroyed unwraps nothing, and is meant not to; its end has its own record.
      if (watched(() -> kms.standing(key)) == Standing.USABLE && unwrapFailed.add(key)) {
        tell("unwrap-failed", key, e.getMessage());
      }
      throw e;
    }
  }

  @Override
  public Standing standing(String key) {
    return kms.standing(key);
  }

  @Override
  public List<String> keys() {
    return kms.keys();
  }

  @Override
  public Standing destroy(String key) {
    return kms.destroy(key);
  }

  @Override
  public byte[] sign(byte[] message) {
    return watched(() -> kms.sign(message));
  }

  @Override
  public IdentityKey identity() {
    return kms.identity();
  }

  @Override
  public String name() {
    return kms.name();
  }

  @Override
  public void close() {
    kms.close();
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
