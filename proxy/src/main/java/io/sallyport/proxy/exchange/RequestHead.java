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
    String ifNoneMatch) {
  @Override
  public String toString() {
    return method + " [phi]";
  }
}
