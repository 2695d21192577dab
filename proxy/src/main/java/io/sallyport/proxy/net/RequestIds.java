package io.sallyport.proxy.net;

import io.netty.util.concurrent.FastThreadLocal;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Request ids: 26 characters, unique without coordination. A caller's own id is not taken over: it
 * could carry data into the record. They are names, not secrets; the generator is fast and per
 * thread.
 */
final class RequestIds {
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private static final FastThreadLocal<SplittableRandom> RANDOM =
      new FastThreadLocal<>() {
        @Override
        protected SplittableRandom initialValue() {
          return new SplittableRandom(new SecureRandom().nextLong());
        }
      };

  private RequestIds() {}

  static String next() {
    SplittableRandom random = RANDOM.get();
    char[] id = new char[26];
    long bits = 0;
    for (int i = 0; i < id.length; i++) {
      if (i % 12 == 0) {
        bits = random.nextLong();
      }
      id[i] = ALPHABET.charAt((int) (bits & 31));
      bits >>>= 5;
    }
    return new String(id);
  }
}
