package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.SecureRandom;

/**
 * The data keys of one run, each made ahead of the roll that needs it, so that the key service is
 * not on the request path.
 */
final class KeyChain {
  private final Kms kms;
  private final String origin;
  private final int run;
  private final SecureRandom random = new SecureRandom();
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
      prepared = DataKey.fresh(kms, random, origin, run, next);
      next++;
    }
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
