package io.sallyport.proxy.exchange;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Where notices go.
 *
 * @param name its key in the config
 * @param sign makes a signature of bytes: the key itself is not here
 * @param trust the CAs for TLS; empty for the JDK's
 */
public record WebhookTarget(
    String name, URI url, UnaryOperator<byte[]> sign, List<X509Certificate> trust) {
  @Override
  public String toString() {
    return name;
  }
}
