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

  private static final byte LF = '\n';

  /** CR LF CR LF. */
  private static final int END = 0x0d0a0d0a;

  private static final boolean[] NAME = nameBytes();
  private static final boolean[] TARGET = targetBytes();

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
      for (Map.Entry<String, String> field : fields) {
        if (field.getKey().equals(name)) {
          return true;
        }
      }
      return false;
    }

    /** The values of a list field, joined as RFC 9110 5.3 allows. */
    String joined(String name) {
      String all = "";
      for (Map.Entry<String, String> field : fields) {
        if (field.getKey().equals(name)) {
          all = all.isEmpty() ? field.getValue() : all + ", " + field.getValue();
        }
      }
      return all;
    }
  }

  /** The index behind the head's empty line, or -1 when it is not all there. */
  static int end(ByteBuf in, int from, int to) {
    for (int i = in.indexOf(from, to, LF); i >= 0; i = in.indexOf(i + 1, to, LF)) {
      if (i - from >= 3 && in.getInt(i - 3) == END) {
        return i + 1;
      }
    }
    return -1;
  }

  /** Reads the head in {@code [from, to)}, whose end {@link #end} found. */
  static Head read(ByteBuf in, int from, int to) {
    // With the CR LF of the last line, without the empty one.
    byte[] bytes = new byte[to - from - 2];
    in.getBytes(from, bytes);
    int lines = lines(bytes);
    int end = lineEnd(bytes, 0);
    String[] request = text(bytes, 0, end).split(" ", -1);
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
    List<Map.Entry<String, String>> fields = new ArrayList<>(lines);
    for (int at = end + 2; at < bytes.length; at = end + 2) {
      end = lineEnd(bytes, at);
      fields.add(field(bytes, at, end));
    }
    return new Head(request[0], request[1], fields);
  }

  /** How many lines there are; each ends with CR LF, and neither byte stands anywhere else. */
  private static int lines(byte[] bytes) {
    int lines = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b >= 0x20 && b < 0x7f || b == '\t') {
        continue;
      }
      if (b != '\r' || i + 1 == bytes.length || bytes[++i] != LF) {
        throw bad("a control or non-ASCII byte in the head");
      }
      lines++;
    }
    return lines;
  }

  /** Where the line that begins at an index ends. */
  private static int lineEnd(byte[] bytes, int from) {
    int i = from;
    while (bytes[i] != '\r') {
      i++;
    }
    return i;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static void target(String target) {
    if (!target.startsWith("/")) {
      throw bad("the target is not a path");
    }
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    for (int i = 0; i < target.length(); i++) {
      if (!TARGET[target.charAt(i)]) { // the head is ASCII
        throw bad("a character in the target that needs an escape");
      }
    }
    // Escapes, parameters and dot segments are where two readers of a path disagree.
    if (path.contains("%") || path.contains(";") || path.contains("|") || path.contains("//")) {
      throw bad("the path has an escape, a parameter or an empty segment");
    }
    String ended = path.endsWith("/") ? path : path + "/";
    if (ended.contains("/./") || ended.contains("/../")) {
      throw bad("the path has a dot segment");
    }
  }

  private static Map.Entry<String, String> field(byte[] bytes, int from, int to) {
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      if (!NAME[bytes[colon]]) {
        throw bad("a field name that is not a plain token");
      }
      colon++;
    }
    if (colon == from || colon == to) {
      throw bad("a line without a field name");
    }
    int start = colon + 1;
    int end = to;
    while (start < end && blank(bytes[start])) {
      start++;
    }
    while (end > start && blank(bytes[end - 1])) {
      end--;
    }
    String name = text(bytes, from, colon).toLowerCase(Locale.ROOT);
    return Map.entry(name, text(bytes, start, end));
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** A token, and no underscore: X_Forwarded_For and X-Forwarded-For are one to some readers. */
  private static boolean[] nameBytes() {
    boolean[] in = new boolean[128];
    for (int c = 0; c < in.length; c++) {
      in[c] = Character.isLetterOrDigit(c) || "!#$%&'*+-.^`|~".indexOf(c) >= 0;
    }
    return in;
  }

  /** What RFC 3986 lets stand in a path or query, "%" included; other bytes need an escape. */
  private static boolean[] targetBytes() {
    boolean[] in = new boolean[128];
    for (int c = 0; c < in.length; c++) {
      in[c] = Character.isLetterOrDigit(c) || "-._~!$&'()*+,=:@/?%|;".indexOf(c) >= 0;
    }
    return in;
  }

  static Refusal bad(String why) {
    return new Refusal(Reason.MALFORMED_REQUEST, why);
  }
}
