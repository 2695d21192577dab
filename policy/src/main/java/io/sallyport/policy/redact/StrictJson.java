package io.sallyport.policy.redact;

import java.util.Arrays;

/** JSON that all readers read alike: valid UTF-8, RFC 8259 grammar, no key twice at any depth. */
public final class StrictJson {
  private StrictJson() {}

  /**
   * Checks one JSON value.
   *
   * @throws io.sallyport.policy.Refusal UPSTREAM_INVALID with the byte position; callers translate
   *     it
   */
  public static void check(byte[] json) {
    byte[] padded = Arrays.copyOf(json, json.length + Redactor.PADDING);
    int from = Text.space(padded, 0);
    int to = json.length;
    while (to > from && padded[to - 1] <= ' ' && padded[to - 1] > 0) {
      to--;
    }
    new Redactor(Limits.DEFAULT).validate(padded, from, to);
  }
}
