package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads a request's head byte by byte, and only one way (RFC 9112). What another reader could take
 * differently is refused, never normalised: there is no second parser behind it to disagree with.
 */
final class HeadReader {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  /** What RFC 3986 lets stand in a path or query, "%" included; other bytes need an escape. */
  private static final String TARGET = "-._~!$&'()*+,=:@/?%|;";

  private HeadReader() {}

  /** A head as bytes told it: names in lower case, in order. */
  record Head(String method, String target, List<Map.Entry<String, String>> fields) {
    /** The value of a field that may come once; "" when absent. */
    String one(String name) {
      String found = null;
      for (Map.Entry<String, String> field : fields) {
        if (field.getKey().equals(name)) {
          if (found != null) {
            throw bad("field " + name + " is repeated");
          }
          found = field.getValue();
        }
      }
      return found == null ? "" : found;
    }

    boolean has(String name) {
      return fields.stream().anyMatch(field -> field.getKey().equals(name));
    }

    /** The values of a list field, joined as RFC 9110 5.3 allows. */
    String joined(String name) {
      StringBuilder all = new StringBuilder();
      for (Map.Entry<String, String> field : fields) {
        if (field.getKey().equals(name)) {
          all.append(all.length() == 0 ? "" : ", ").append(field.getValue());
        }
      }
      return all.toString();
    }
  }

  /** The index behind the head's empty line, or -1 when it is not all there. */
  static int end(ByteBuf in, int from, int to) {
    for (int i = from; i + 3 < to; i++) {
      if (in.getByte(i) == '\r'
          && in.getByte(i + 1) == '\n'
          && in.getByte(i + 2) == '\r'
          && in.getByte(i + 3) == '\n') {
        return i + 4;
      }
    }
    return -1;
  }

  /** Reads the head in {@code [from, to)}, whose end {@link #end} found. */
  static Head read(ByteBuf in, int from, int to) {
    String text = in.toString(from, to - from - 4, StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\r\n", -1);
    for (String line : lines) {
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        if ((c < 0x20 && c != '\t') || c >= 0x7f) {
          throw bad("a control or non-ASCII byte in the head");
        }
      }
    }
    String[] request = lines[0].split(" ", -1);
    if (request.length != 3) {
      throw bad("the request line is not method, target and version, one space apart");
    }
    if (!request[2].equals("HTTP/1.1")) {
      throw request[2].matches("HTTP/[0-9]\\.[0-9]")
          ? new Refusal(Reason.VERSION_NOT_SUPPORTED, "version")
          : bad("version");
    }
    if (!METHODS.contains(request[0])) {
      throw request[0].matches("[A-Z]{1,20}")
          ? new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "method")
          : bad("method");
    }
    target(request[1]);
    List<Map.Entry<String, String>> fields = new ArrayList<>(lines.length);
    for (int i = 1; i < lines.length; i++) {
      fields.add(field(lines[i]));
    }
    return new Head(request[0], request[1], fields);
  }

  private static void target(String target) {
    if (!target.startsWith("/")) {
      throw bad("the target is not a path");
    }
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || TARGET.indexOf(c) >= 0);
      if (!plain) {
        throw bad("a character in the target that needs an escape");
      }
    }
    // Escapes, parameters and dot segments are where two readers of a path disagree.
    if (path.contains("%") || path.contains(";") || path.contains("|") || path.contains("//")) {
      throw bad("the path has an escape, a parameter or an empty segment");
    }
    for (String segment : path.split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        throw bad("the path has a dot segment");
      }
    }
  }

  private static Map.Entry<String, String> field(String line) {
    int colon = line.indexOf(':');
    if (colon <= 0) {
      throw bad("a line without a field name");
    }
    String name = line.substring(0, colon);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // A token, and no underscore: X_Forwarded_For and X-Forwarded-For are one to some readers.
      if (!(Character.isLetterOrDigit(c) || "!#$%&'*+-.^`|~".indexOf(c) >= 0)) {
        throw bad("a field name that is not a plain token");
      }
    }
    return Map.entry(name.toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
  }

  static Refusal bad(String why) {
    return new Refusal(Reason.MALFORMED_REQUEST, why);
  }
}
