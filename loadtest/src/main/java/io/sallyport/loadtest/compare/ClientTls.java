package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The callers' TLS: one version, one group, one cipher, so that every server does the same work.
 */
final class ClientTls {
  static final String AGREED = "TLSv1.3 TLS_AES_128_GCM_SHA256";

  private ClientTls() {}

  /** Accepts this one certificate, and no resumption: every handshake is a full one. */
  static SslContext trusting(X509Certificate certificate) {
    try {
      SslContext context =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL)
              .protocols("TLSv1.3")
              .option(OpenSslContextOption.GROUPS, new String[] {"X25519"})
              .endpointIdentificationAlgorithm(null)
              .trustManager(new Pinned(certificate))
              .build();
      context.sessionContext().setSessionTimeout(1);
      return context;
    } catch (SSLException failure) {
      throw CompareFailure.environment("cannot speak TLS: " + failure.getMessage(), failure);
    }
  }

  /** Compares bytes: building a path for each of many handshakes would be the load's own cost. */
  private static final class Pinned extends X509ExtendedTrustManager {
    private final X509Certificate pinned;

    Pinned(X509Certificate pinned) {
      this.pinned = pinned;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      if (!chain[0].equals(pinned)) {
        throw new CertificateException("another certificate than the one made for this run");
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("no client is trusted here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
