package io.sallyport.policy.redact;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes of an array at once, and what can be asked of them without a loop. */
final class Words {
  static final long ONES = 0x0101010101010101L;
  static final long HIGHS = 0x8080808080808080L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Words() {}

  static long at(byte[] s, int p) {
    return (long) LONG.get(s, p);
  }

  /** Keeps the first {@code bytes} bytes of a word: none below 1, all above 7. */
  static long mask(int bytes) {
    return bytes <= 0 ? 0 : bytes >= 8 ? -1L : (1L << (bytes * 8)) - 1;
  }

  /** The bytes equal to {@code pattern}'s, as high bits; exact up to the first of them. */
  static long equal(long word, long pattern) {
    long x = word ^ pattern;
    return (x - ONES) & ~x & HIGHS;
  }
}
