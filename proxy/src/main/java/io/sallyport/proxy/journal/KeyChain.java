package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The keys of one run, data keys and an epoch's signing key for each roll file, made ahead of the
 * rolls that need them: the key service is not on the request path, and may be away for as long as
 * the keys last. Each data key is wrapped under the key of its class and of the month it was made
 * in; destroying that is what disposes of the month.
 */
final class KeyChain {
  /** Keys ahead: at four files an hour, half a day without a key service. */
  static final int AHEAD = 48;

  /** Below it somebody must look after the key service. */
  static final int LOW = 8;

  private final Kms kms;
  private final String origin;
  private final int run;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  // Guarded by this, which is never held while the key service is asked: a roll may wait for it.
  private final Map<Integer, EpochKey> signing = new HashMap<>();
  private final Deque<FileKeys> prepared = new ArrayDeque<>();
  // Of who prepares: one thread at a time.
  private int next;
  private YearMonth ensured;

  KeyChain(Kms kms, String origin, int run, Clock clock) {
    this.kms = kms;
    this.origin = origin;
    this.run = run;
    this.clock = clock;
  }

  /**
   * Makes one more key unless enough are there. Only one thread does, and it may wait for long.
   *
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot
   */
  void prepare() {
    if (complete()) {
      return;
    }
    var month = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
    if (!month.equals(ensured)) {
      for (var retention : RetentionClass.values()) {
        kms.ensure(FileKeys.kek(month, retention));
      }
      ensured = month;
    }
    var epoch = EpochKey.fresh(origin);
    var key = FileKeys.fresh(kms, random, origin, run, next, month, epoch.key().publicKey());
    synchronized (this) {
      signing.put(next, epoch);
      prepared.add(key);
    }
    next++;
  }

  /** Hands the signing key of an epoch over to the sealer, once. */
  synchronized EpochKey signing(int number) {
    return signing.remove(number);
  }

  /** How many keys are ready. */
  synchronized int count() {
    return prepared.size();
  }

  /** Whether files to come have data keys under those of a month. */
  synchronized boolean ahead(YearMonth month) {
    return prepared.stream().anyMatch(keys -> keys.month.equals(month));
  }

  boolean ready() {
    return count() > 0;
  }

  boolean complete() {
    return count() >= AHEAD;
  }

  /** The next key if one is ready, else null. */
  synchronized FileKeys poll() {
    return prepared.poll();
  }

  /** The next key; before any other thread knows this. */
  FileKeys take() {
    if (count() == 0) {
      prepare();
    }
    return poll();
  }
}
