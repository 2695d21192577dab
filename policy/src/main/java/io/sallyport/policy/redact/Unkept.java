package io.sallyport.policy.redact;

/** Values of which nothing is kept, as strictly parsed as any other. */
final class Unkept {
  private final Limits limits;
  private final Duplicates duplicates;

  Unkept(Limits limits, Duplicates duplicates) {
    this.limits = limits;
    this.duplicates = duplicates;
  }

  /**
   * Validates the value at {@code p}.
   *
   * @param depth of what it stands in
   * @return the index behind it
   */
  int value(byte[] s, int p, int depth) {
    switch (s[p]) {
      case '{' -> {
        return object(s, p, limits.deeper(p, depth));
      }
      case '[' -> {
        return list(s, p, limits.deeper(p, depth));
      }
      case 'n' -> {
        return Text.word(s, p, "null");
      }
      default -> {
        return Scalars.end(s, p, limits);
      }
    }
  }

  /** A list where one value should be, or the reverse; FHIR has no empty ones at all. */
  int misfit(byte[] s, int p, int depth) {
    int c = s[Text.space(s, p + 1)];
    if ((s[p] == '[' && c == ']') || (s[p] == '{' && c == '}')) {
      throw Text.malformed(p, "empty array or object");
    }
    return value(s, p, depth);
  }

  private int object(byte[] s, int p, int depth) {
    int frame = duplicates.open(0);
    p = Text.space(s, p + 1);
    if (s[p] != '}') {
      while (true) {
        if (s[p] != '"') {
          throw Text.malformed(p, "a key must be a string");
        }
        int end = Text.string(s, p + 1);
        limits.key(p, end);
        if (!duplicates.mark(frame, s, p + 1, end)) {
          throw Text.malformed(p, "duplicate key");
        }
        p = Text.space(s, end + 1);
        if (s[p] != ':') {
          throw Text.malformed(p, "expected ':'");
        }
        p = Text.space(s, value(s, Text.space(s, p + 1), depth));
        if (s[p] == '}') {
          break;
        }
        if (s[p] != ',') {
          throw Text.malformed(p, "expected ',' or '}'");
        }
        p = Text.space(s, p + 1);
      }
    }
    duplicates.close(frame);
    return p + 1;
  }

  private int list(byte[] s, int p, int depth) {
    p = Text.space(s, p + 1);
    if (s[p] == ']') {
      return p + 1;
    }
    while (true) {
      p = Text.space(s, value(s, p, depth));
      if (s[p] == ']') {
        return p + 1;
      }
      if (s[p] != ',') {
        throw Text.malformed(p, "expected ',' or ']'");
      }
      p = Text.space(s, p + 1);
    }
  }
}
