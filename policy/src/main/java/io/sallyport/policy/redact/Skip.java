package io.sallyport.policy.redact;

/**
 * Finds where a JSON value ends while its bytes still arrive: it counts brackets and minds strings,
 * and can be fed in pieces cut anywhere. It does not validate; who uses the value does.
 */
final class Skip {
  private int depth;
  private boolean string;
  private boolean escape;
  private boolean word;

  void reset() {
    depth = 0;
    string = escape = word = false;
  }

  /**
   * Goes on at {@code from}.
   *
   * @return the index behind the value, or -1 when it goes on behind {@code to}
   */
  int end(byte[] s, int from, int to) {
    for (int i = from; i < to; i++) {
      int c = s[i];
      if (string) {
        if (escape) {
          escape = false;
        } else if (c == '\\') {
          escape = true;
        } else if (c == '"') {
          string = false;
          if (depth == 0) {
            return i + 1;
          }
        }
        continue;
      }
      switch (c) {
        case '"' -> string = true;
        case '{', '[' -> depth++;
        case '}', ']' -> {
          if (depth == 0) {
            return i;
          }
          if (--depth == 0) {
            return i + 1;
          }
        }
        case ',', ' ', '\n', '\r', '\t' -> {
          if (depth == 0 && word) {
            return i;
          }
        }
        default -> word = true;
      }
    }
    return -1;
  }
}
