package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

/**
 * The keys of one run, a data key and an epoch's signing key for each roll file, made ahead of the
 * roll that needs them, so that the key service is not on the request path.
 */
final class KeyChain {
  private final Kms kms;
  private final String origin;
  private final int run;
  private final SecureRandom random = new SecureRandom();
  private final Map<Integer, EpochKey> signing = new HashMap<>();
  private DataKey prepared;
  private int next;

  KeyChain(Kms kms, String origin, int run) {
    this.kms = kms;
    this.origin = origin;
    this.run = run;
  }

  /** Makes the next key unless it is there: the committer's beat. */
  synchronized void prepare() {
    if (prepared == null) {
      var epoch = EpochKey.fresh(origin);
      prepared = DataKey.fresh(kms, random, origin, run, next, epoch.key().publicKey());
      signing.put(next, epoch);
      next++;
    }
  }

  /** Hands the signing key of an epoch over to the sealer, once. */
  synchronized EpochKey signing(int number) {
    return signing.remove(number);
  }

  synchronized boolean ready() {
    return prepared != null;
  }

  /** The next key if it is ready, else null. Waits for nothing but a key being finished. */
  synchronized DataKey poll() {
    var key = prepared;
    prepared = null;
    return key;
  }

  /** The next key. */
  synchronized DataKey take() {
    prepare();
    return poll();
  }
}
