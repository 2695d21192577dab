package io.sallyport.proxy.exchange;

import java.nio.file.Path;

/**
 * One FHIR server behind the appliance.
 *
 * @param name its key in the config
 * @param base its base URL without a trailing slash
 * @param tls whether to speak TLS
 * @param basePath the base URL's path without a trailing slash: {@code /fhir} or ""
 * @param authorization our own credentials, a whole header value; "" for none
 * @param connectionsMax kept-alive connections over all loops
 * @param trust PEM file of CAs for TLS; null for the JDK's
 * @param connectTimeoutMillis until a connection stands, TLS included
 * @param responseTimeoutMillis from the request until the whole response has arrived or the stream
 *     has moved
 * @param responseBytesMax bound of one response in bytes
 */
public record UpstreamTarget(
    String name,
    String base,
    String host,
    int port,
    boolean tls,
    String basePath,
    String authorization,
    int connectionsMax,
    Path trust,
    int connectTimeoutMillis,
    int responseTimeoutMillis,
    long responseBytesMax) {
  @Override
  public String toString() {
    return name;
  }
}
