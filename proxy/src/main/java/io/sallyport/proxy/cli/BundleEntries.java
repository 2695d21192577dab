package io.sallyport.proxy.cli;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a Bundle is an answer to: {@code serve} knows it from the request, offline there is only the
 * answer. It looks at JSON that was proven strict, and it only looks: what may be released the
 * redactor says.
 */
final class BundleEntries {
  /**
   * One entry. Of what is not there "" is said.
   *
   * @param type the resource's, or that of the {@code request} which deleted it
   * @param id likewise
   * @param kind Bundle.type, where the resource is a Bundle
   * @param mode {@code match} where nothing is said
   * @param status what the {@code response} of a batch says
   * @param from where the resource is; 0 where there is none
   * @param to the index behind it
   */
  record Entry(
      String type,
      String id,
      String kind,
      String mode,
      String status,
      String etag,
      int from,
      int to) {}

  private final byte[] s;
  private int at;
  private String kind = "";
  private final List<Entry> entries = new ArrayList<>();

  private BundleEntries(byte[] json) {
    this.s = json;
  }

  /**
   * Reads a Bundle; of other JSON no entry is found.
   *
   * @throws Refusal when it is not strict JSON, with the position
   */
  static BundleEntries of(byte[] bundle) {
    StrictJson.check(bundle);
    BundleEntries look = new BundleEntries(bundle);
    look.space();
    if (look.s[look.at] == '{') {
      look.bundle();
    }
    return look;
  }

  /** Bundle.type. */
  String kind() {
    return kind;
  }

  List<Entry> all() {
    return entries;
  }

  /** The first match's type; null when no entry is one. */
  String firstMatch() {
    return entries.stream()
        .filter(entry -> entry.mode().equals("match") && !entry.type().isEmpty())
        .map(Entry::type)
        .findFirst()
        .orElse(null);
  }

  /** The one id that all entries have; "" when there are several. */
  String id() {
    List<String> ids = entries.stream().map(Entry::id).distinct().toList();
    return ids.size() == 1 ? ids.get(0) : "";
  }

  byte[] resource(Entry entry) {
    return Arrays.copyOfRange(s, entry.from(), entry.to());
  }

  private void bundle() {
    for (String key = known(); key != null; key = known()) {
      if (key.equals("entry") && s[at] == '[') {
        list();
      } else if (key.equals("type") && s[at] == '"') {
        kind = string();
      } else {
        value();
      }
    }
  }

  private void list() {
    at++;
    space();
    while (s[at] != ']') {
      if (s[at] == '{') {
        entry();
      } else {
        value();
      }
      space();
      at += s[at] == ',' ? 1 : 0;
      space();
    }
    at++;
  }

  private void entry() {
    int from = 0;
    int to = 0;
    String[] resource = {"", "", ""};
    String[] mode = {"match"};
    String[] response = {"", ""};
    String[] request = {"", ""};
    for (String key = known(); key != null; key = known()) {
      boolean object = s[at] == '{';
      if (key.equals("resource") && object) {
        from = at;
        members(resource, "resourceType", "id", "type");
        to = at;
      } else if (key.equals("search") && object) {
        members(mode, "mode");
      } else if (key.equals("response") && object) {
        members(response, "status", "etag");
      } else if (key.equals("request") && object) {
        members(request, "method", "url");
      } else {
        value();
      }
    }
    String[] deleted = request[1].split("/");
    if (from == 0 && request[0].equals("DELETE") && deleted.length >= 2) {
      resource[0] = deleted[deleted.length - 2];
      resource[1] = deleted[deleted.length - 1];
    }
    String inside = resource[0].equals("Bundle") ? resource[2] : "";
    entries.add(
        new Entry(
            resource[0],
            resource[1],
            inside,
            mode[0],
            response[0],
            response[1].replace("\\\"", "\""),
            from,
            to));
  }

  /** Texts among the members of the object here, whose end is then passed. */
  private void members(String[] found, String... wanted) {
    for (String key = key(); key != null; key = key()) {
      int which = Arrays.asList(wanted).indexOf(key);
      if (which >= 0 && s[at] == '"') {
        found[which] = string();
      } else {
        value();
      }
    }
  }

  /** The next key of the Bundle or an entry. Another reader would find it behind its escapes. */
  private String known() {
    String key = key();
    if (key != null && key.indexOf('\\') >= 0) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "byte " + at + ": an escaped key of a Bundle");
    }
    return key;
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
