package io.sallyport.proxy.exchange;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * One FHIR server behind the appliance.
 *
 * @param name its key in the config
 * @param base its base URL without a trailing slash
 * @param tls whether to speak TLS
 * @param basePath the base URL's path without a trailing slash: {@code /fhir} or ""
 * @param authorization our own credentials, a whole header value; "" for none
 * @param connectionsMax kept-alive connections over all loops
 * @param trust the CAs for TLS; empty for the JDK's. The certificates and not their file: a file
 *     may change under its name
 * @param connectTimeoutMillis until a connection stands, TLS included
 * @param responseTimeoutMillis from the request until the whole response has arrived or the stream
 *     has moved
 * @param totalTimeoutMillis how long one response may let us wait in all, however it moves
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
    List<X509Certificate> trust,
    int connectTimeoutMillis,
    int responseTimeoutMillis,
    int totalTimeoutMillis,
    long responseBytesMax) {
  /** Asked for with every request; hashing what is trusted would hash every certificate. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
