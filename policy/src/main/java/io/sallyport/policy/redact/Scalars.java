package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;

/** Strings, numbers, true and false, strictly and within their limits. */
final class Scalars {
  private Scalars() {}

  /** Scans the scalar at {@code p}; returns the index behind it. */
  static int end(byte[] s, int p, Limits limits) {
    int c = s[p];
    if (c == '"') {
      int end = Text.string(s, p + 1);
      if (end - p - 1 > limits.stringBytesMax()) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "byte " + p + ": string is over its limit");
      }
      return end + 1;
    }
    if (c == 't') {
      return Text.word(s, p, "true");
    }
    if (c == 'f') {
      return Text.word(s, p, "false");
    }
    int end = Text.number(s, p);
    if (end - p > limits.numberBytesMax()) {
      throw Text.malformed(p, "number is over " + limits.numberBytesMax() + " bytes");
    }
    return end;
  }
}
