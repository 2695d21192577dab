package io.sallyport.proxy.net;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * BoringSSL contexts after Mozilla's server side TLS 6.0. BoringSSL has no client renegotiation;
 * early data stays off, because a replayed request would be recorded twice.
 */
final class TlsContexts {
  /** TLS 1.2: ECDHE and AEAD only. The library's own default has RSA key exchange and CBC. */
  static final List<String> INTERMEDIATE =
      List.of(
          "ECDHE-ECDSA-AES128-GCM-SHA256",
          "ECDHE-RSA-AES128-GCM-SHA256",
          "ECDHE-ECDSA-AES256-GCM-SHA384",
          "ECDHE-RSA-AES256-GCM-SHA384",
          "ECDHE-ECDSA-CHACHA20-POLY1305",
          "ECDHE-RSA-CHACHA20-POLY1305",
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256");

  static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

  private TlsContexts() {}

  static SslContext server(ListenerSettings settings) {
    try {
      return SslContextBuilder.forServer(settings.certificate().toFile(), settings.key().toFile())
          .sslProvider(SslProvider.OPENSSL)
          .protocols(
              settings.modern() ? new String[] {"TLSv1.3"} : new String[] {"TLSv1.3", "TLSv1.2"})
          .ciphers(INTERMEDIATE)
          .option(OpenSslContextOption.GROUPS, GROUPS)
          .build();
    } catch (SSLException | IllegalArgumentException failure) {
      throw new IllegalArgumentException(
          "cannot use certificate "
              + settings.certificate()
              + " with key "
              + settings.key()
              + ": "
              + failure.getMessage()
              + ". Both must be PEM, the key PKCS#8 without a passphrase.",
          failure);
    }
  }

  /**
   * @param trust CAs; empty for the JDK's
   */
  static SslContext client(List<X509Certificate> trust) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL)
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(INTERMEDIATE)
              .option(OpenSslContextOption.GROUPS, GROUPS)
              .endpointIdentificationAlgorithm("HTTPS");
      if (!trust.isEmpty()) {
        builder.trustManager(trust.toArray(new X509Certificate[0]));
      }
      return builder.build();
    } catch (SSLException | IllegalArgumentException failure) {
      throw new IllegalArgumentException(
          "cannot use the CAs of an upstream: " + failure.getMessage(), failure);
    }
  }
}
