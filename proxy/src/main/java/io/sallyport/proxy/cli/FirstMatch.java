package io.sallyport.proxy.cli;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.StrictJson;
import java.nio.charset.StandardCharsets;

/**
 * What a searchset was a search for: the type of its first match. {@code serve} knows it from the
 * request; offline there is only the answer. It looks at JSON that was proven strict, and it only
 * looks: what may be released the redactor says.
 */
final class FirstMatch {
  private final byte[] s;
  private int at;

  private FirstMatch(byte[] json) {
    this.s = json;
  }

  /**
   * The first match's type; null when no entry is one.
   *
   * @throws Refusal when it is not strict JSON, with the position
   */
  static String type(byte[] bundle) {
    StrictJson.check(bundle);
    FirstMatch look = new FirstMatch(bundle);
    look.space();
    return look.s[look.at] == '{' ? look.inBundle() : null;
  }

  private String inBundle() {
    String found = null;
    for (String key = key(); key != null; key = key()) {
      if (found == null && key.equals("entry") && s[at] == '[') {
        found = inEntries();
      } else {
        value();
      }
    }
    return found;
  }

  private String inEntries() {
    String found = null;
    at++;
    space();
    while (s[at] != ']') {
      if (found == null && s[at] == '{') {
        found = inEntry();
      } else {
        value();
      }
      space();
      at += s[at] == ',' ? 1 : 0;
      space();
    }
    at++;
    return found;
  }

  private String inEntry() {
    String type = null;
    String mode = "match";
    for (String key = key(); key != null; key = key()) {
      if (key.equals("resource") && s[at] == '{') {
        type = member("resourceType", null);
      } else if (key.equals("search") && s[at] == '{') {
        mode = member("mode", mode);
      } else {
        value();
      }
    }
    return mode.equals("match") ? type : null;
  }

  /** A text member of the object here, whose end is then passed. */
  private String member(String wanted, String missing) {
    String found = missing;
    for (String key = key(); key != null; key = key()) {
      if (key.equals(wanted) && s[at] == '"') {
        found = string();
      } else {
        value();
      }
    }
    return found;
  }

  /** The next key of an object, at whose value it then stands; null at the object's end. */
  private String key() {
    space();
    if (s[at] == '{' || s[at] == ',') {
      at++;
      space();
    }
    if (s[at] == '}') {
      at++;
      return null;
    }
    String key = string();
    space();
    at++; // the colon
    space();
    return key;
  }

  private void value() {
    space();
    int depth = 0;
    do {
      switch (s[at]) {
        case '"' -> string();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          depth--;
          at++;
        }
        case ',', ':', ' ', '\t', '\r', '\n' -> at++;
        default -> word();
      }
    } while (depth > 0);
  }

  private void word() {
    while (at < s.length && ",:]} \t\r\n".indexOf(s[at]) < 0) {
      at++;
    }
  }

  /** As it stands between its quotes: the names looked for need no escape. */
  private String string() {
    int from = ++at;
    while (s[at] != '"') {
      at += s[at] == '\\' ? 2 : 1;
    }
    return new String(s, from, at++ - from, StandardCharsets.UTF_8);
  }

  private void space() {
    while (at < s.length && (s[at] == ' ' || s[at] == '\t' || s[at] == '\r' || s[at] == '\n')) {
      at++;
    }
  }
}
