package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What an upstream is told, written from parts, and which response heads are plain enough. */
final class UpstreamHeads {
  private static final byte[] GET = ascii("GET ");
  private static final byte[] END = ascii("\r\n\r\n");

  /** Between the target and the request's id. */
  private final byte[] fixed;

  UpstreamHeads(UpstreamTarget target) {
    String authorization =
        target.authorization().isEmpty()
            ? ""
            : "Authorization: " + plain(target.authorization(), 0x20) + "\r\n";
    fixed =
        ascii(
            " HTTP/1.1\r\nHost: "
                + plain(target.host(), 0x21)
                + ":"
                + target.port()
                + "\r\nAccept: application/fhir+json\r\nAccept-Encoding: identity\r\n"
                + "User-Agent: Sallyport\r\nPrefer: handling=strict\r\n"
                + authorization
                + "X-Request-Id: ");
  }

  /**
   * A request's bytes.
   *
   * @throws IllegalArgumentException when a part has a byte that could end a line: the parts are
   *     written by us, so that is a programming error
   */
  ByteBuf request(ByteBufAllocator alloc, String uri, String id) {
    plain(uri, 0x21);
    plain(id, 0x21);
    int length = GET.length + uri.length() + fixed.length + id.length() + END.length;
    ByteBuf bytes = alloc.buffer(length);
    bytes.writeBytes(GET);
    bytes.writeCharSequence(uri, StandardCharsets.US_ASCII);
    bytes.writeBytes(fixed);
    bytes.writeCharSequence(id, StandardCharsets.US_ASCII);
    bytes.writeBytes(END);
    return bytes;
  }

  private static String plain(String part, int lowest) {
    for (int i = 0; i < part.length(); i++) {
      if (part.charAt(i) < lowest || part.charAt(i) >= 0x7f) {
        throw new IllegalArgumentException("a part of a request head that is not plain ASCII");
      }
    }
    return part;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** What is wrong with a head; null when nothing is. */
  static String problem(HttpResponse head, boolean tls) {
    HttpHeaders headers = head.headers();
    // The decoder takes any version, and any coding list that ends in chunked, as if it were plain.
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    boolean old = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
    if (!(old || head.protocolVersion().equals(HttpVersion.HTTP_1_1))
        || !(codings.isEmpty()
            || codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"))) {
      return "a version or a transfer coding we do not speak";
    }
    if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
        || headers.getAll(HttpHeaderNames.CONTENT_TYPE).size() > 1) {
      return "a repeated header";
    }
    if (endsWithConnection(head) && !tls && !old) {
      return "a body whose end is the connection's: without TLS a cut would look the same";
    }
    return null;
  }

  /**
   * Whether the body has no end of its own (RFC 9112, 6.3): neither Content-Length nor chunked.
   *
   * <p>A FIN says only that the sender is gone, finished or killed. Over TLS the peer's
   * close_notify tells the two apart, so such a body is taken when it came, and is truncated when
   * it did not (RFC 9112, 9.8). In plain text nothing tells them apart; it is refused from
   * HTTP/1.1, which could have sent chunks, and taken from HTTP/1.0, which had no other way and
   * which old record systems still speak. There the JSON itself is the guard: nothing of a resource
   * is released before its last brace was read.
   */
  static boolean endsWithConnection(HttpResponse head) {
    int status = head.status().code();
    return status != 204
        && status != 304
        && !head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
        && !head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  static Upstream.Response response(HttpResponse head, Upstream.Body body) {
    HttpHeaders headers = head.headers();
    return new Upstream.Response(
        head.status().code(),
        text(headers, "Content-Type"),
        text(headers, "Content-Encoding"),
        text(headers, "ETag"),
        text(headers, "Last-Modified"),
        HttpUtil.getContentLength(head, -1L),
        body);
  }

  private static String text(HttpHeaders headers, String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }
}
