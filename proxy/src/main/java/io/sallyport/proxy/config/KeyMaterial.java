package io.sallyport.proxy.config;

import io.sallyport.policy.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whether certificates and keys are there, belong together, and are valid now. */
final class KeyMaterial {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final Duration SOON = Duration.ofDays(30);

  private final Instant now;
  private final Consumer<Problem> problems;

  KeyMaterial(Instant now, Consumer<Problem> problems) {
    this.now = now;
    this.problems = problems;
  }

  void pair(Placed<Path> certificate, Placed<Path> key) {
    List<X509Certificate> chain = certificates(certificate);
    byte[] secret = key(key);
    if (chain.isEmpty() || secret == null) {
      return;
    }
    valid(certificate, chain.get(0));
    if (!belong(chain.get(0).getPublicKey(), secret)) {
      problems.accept(
          key.error(
              "is not the key of the first certificate in "
                  + certificate.value()
                  + ": the server's own certificate comes first, its chain after it",
              "E-KEY-PAIR"));
    }
    Arrays.fill(secret, (byte) 0);
  }

  /** A PEM file of CAs; none when there is no file. */
  List<X509Certificate> trust(Placed<Path> file) {
    return file == null ? List.of() : certificates(file);
  }

  /**
   * TLS towards somebody whose certificate must be of these CAs, or of the JDK's where there are
   * none.
   *
   * @param certificate who we are, where we are asked; null for nobody
   */
  SSLContext client(List<X509Certificate> trust, Placed<Path> certificate, Placed<Path> key) {
    try {
      KeyStore cas = KeyStore.getInstance(KeyStore.getDefaultType());
      cas.load(null, null);
      for (int i = 0; i < trust.size(); i++) {
        cas.setCertificateEntry("ca-" + i, trust.get(i));
      }
      TrustManagerFactory trusting =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusting.init(trust.isEmpty() ? null : cas);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(ours(certificate, key), trusting.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot use certificates that were read before", e);
    }
  }

  private KeyManager[] ours(Placed<Path> certificate, Placed<Path> key)
      throws IOException, GeneralSecurityException {
    if (certificate == null) {
      return null;
    }
    List<X509Certificate> chain = certificates(certificate);
    byte[] secret = key(key);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry(
        "ours",
        KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(secret)),
        new char[0],
        chain.toArray(new X509Certificate[0]));
    Arrays.fill(secret, (byte) 0);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  private List<X509Certificate> certificates(Placed<Path> file) {
    try {
      Collection<? extends java.security.cert.Certificate> read =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file.value())));
      if (read.isEmpty()) {
        problems.accept(file.error(file.value() + " holds no certificate in PEM", "E-CERTIFICATE"));
      }
      return read.stream().map(X509Certificate.class::cast).toList();
    } catch (IOException e) {
      problems.accept(unreadable(file));
    } catch (CertificateException e) {
      problems.accept(file.error(file.value() + " holds no certificate in PEM", "E-CERTIFICATE"));
    }
    return List.of();
  }

  private void valid(Placed<Path> file, X509Certificate certificate) {
    try {
      certificate.checkValidity(Date.from(now));
      if (certificate.getNotAfter().toInstant().isBefore(now.plus(SOON))) {
        problems.accept(
            file.warning(
                "expires at " + certificate.getNotAfter().toInstant() + ": renew it", "W-EXPIRY"));
      }
    } catch (CertificateExpiredException e) {
      problems.accept(
          file.error(
              "expired at " + certificate.getNotAfter().toInstant() + ": renew it", "E-EXPIRED"));
    } catch (CertificateNotYetValidException e) {
      problems.accept(
          file.error(
              "is valid only from " + certificate.getNotBefore().toInstant() + ": check the clock",
              "E-EXPIRED"));
    }
  }

  private byte[] key(Placed<Path> file) {
    try {
      Matcher pem = PKCS8.matcher(Files.readString(file.value()));
      if (pem.find()) {
        return Base64.getMimeDecoder().decode(pem.group(1));
      }
    } catch (IOException e) {
      problems.accept(unreadable(file));
      return null;
    } catch (IllegalArgumentException e) {
      // Not Base64: no key either.
    }
    problems.accept(
        file.error(
            file.value()
                + " holds no PKCS#8 key: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW makes one",
            "E-KEY-FILE"));
    return null;
  }

  private static boolean belong(PublicKey open, byte[] secret) {
    String kind = open.getAlgorithm();
    String signature =
        switch (kind) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> kind;
        };
    try {
      PrivateKey key =
          KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(secret));
      Signature sign = Signature.getInstance(signature);
      sign.initSign(key);
      sign.update((byte) 1);
      byte[] signed = sign.sign();
      sign.initVerify(open);
      sign.update((byte) 1);
      return sign.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Problem unreadable(Placed<Path> file) {
    return file.error(file.value() + " is not there or cannot be read", "E-FILE");
  }
}
