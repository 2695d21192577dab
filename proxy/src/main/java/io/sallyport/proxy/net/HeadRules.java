package io.sallyport.proxy.net;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.RequestHead;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a well-formed head must also be (RFC 9110, 9112) before it may become an exchange. */
final class HeadRules {
  private static final Pattern HOST =
      Pattern.compile(
          "([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?");

  private HeadRules() {}

  /** The body's length in bytes. There is one way to frame a request here: Content-Length. */
  static long bodyLength(HeadReader.Head head) {
    if (head.has("transfer-encoding")) {
      throw HeadReader.bad("Transfer-Encoding is not accepted: send Content-Length");
    }
    if (head.has("trailer") || head.has("te")) {
      throw HeadReader.bad("trailers are not accepted");
    }
    if (head.has("upgrade")
        || head.joined("connection").toLowerCase(Locale.ROOT).contains("upgrade")) {
      throw HeadReader.bad("upgrades are not accepted");
    }
    if (head.has("sec-websocket-key1") || head.has("sec-websocket-key2")) {
      throw HeadReader.bad("a WebSocket handshake is not accepted");
    }
    if (!head.has("content-length")) {
      return 0;
    }
    String length = head.one("content-length");
    if (!length.matches("[0-9]{1,18}") || (length.length() > 1 && length.startsWith("0"))) {
      throw HeadReader.bad("Content-Length is not a number");
    }
    long bytes = Long.parseLong(length);
    boolean bodiless =
        switch (head.method()) {
          case "GET", "HEAD", "DELETE", "OPTIONS" -> true;
          default -> false;
        };
    if (bytes > 0 && bodiless) {
      throw HeadReader.bad("a body on a method that has none");
    }
    return bytes;
  }

  /** Whether the caller waits for 100 Continue. */
  static boolean expectsContinue(HeadReader.Head head, long bodyLength) {
    String expect = head.one("expect");
    if (expect.isEmpty()) {
      return false;
    }
    if (!expect.equalsIgnoreCase("100-continue") || bodyLength == 0) {
      throw new Refusal(Reason.EXPECTATION_FAILED, "expectation");
    }
    return true;
  }

  static boolean keepAlive(HeadReader.Head head) {
    return !head.joined("connection").toLowerCase(Locale.ROOT).contains("close");
  }

  static RequestHead request(HeadReader.Head head) {
    String host = head.one("host");
    if (!HOST.matcher(host).matches()) {
      throw HeadReader.bad("Host must be given once, and plainly");
    }
    int colon = host.lastIndexOf(':');
    boolean port = colon > 0 && host.indexOf(']') < colon;
    int question = head.target().indexOf('?');
    return new RequestHead(
        head.method(),
        question < 0 ? head.target() : head.target().substring(0, question),
        question < 0 ? null : head.target().substring(question + 1),
        (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT),
        head.has("authorization") ? head.one("authorization") : null,
        head.joined("accept"),
        head.one("content-type"),
        head.joined("prefer"),
        head.joined("if-none-match"),
        head.one("break-glass-reason"));
  }
}
