package io.sallyport.policy.redact;

/** The little JSON that we write ourselves. */
final class Json {
  private Json() {}

  /** A text as a JSON string. */
  static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  /** A text as the content of a JSON string. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        escaped.append(String.format("\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
