package io.sallyport.proxy.exchange;

/**
 * A request's head as {@code net} parsed and validated it. Header values are "" when absent; a
 * header that may come once came at most once.
 *
 * @param method as on the wire
 * @param path the raw path, from "/"
 * @param query the raw query without "?", null when there was no "?"
 * @param host lower-case host without port
 * @param authorization null when absent
 * @param breakGlassReason why the caller breaks the glass, as it was sent
 */
public record RequestHead(
    String method,
    String path,
    String query,
    String host,
    String authorization,
    String accept,
    String contentType,
    String prefer,
    String ifNoneMatch,
    String breakGlassReason) {

  /** Of a request without a reason to break the glass. */
  public RequestHead(
      String method,
      String path,
      String query,
      String host,
      String authorization,
      String accept,
      String contentType,
      String prefer,
      String ifNoneMatch) {
    this(method, path, query, host, authorization, accept, contentType, prefer, ifNoneMatch, "");
  }

  @Override
  public String toString() {
    return method + " [phi]";
  }
}
