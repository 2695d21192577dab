package io.sallyport.proxy.kms;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate without which a key store takes no key pair. It only carries the public key;
 * nobody validates a path over it.
 */
final class SelfSigned {
  private static final int VALID_YEARS = 30;

  private SelfSigned() {}

  /**
   * @param provider where the private key lives, null for any
   */
  static X509Certificate of(KeyPair pair, String algorithm, Provider provider)
      throws GeneralSecurityException {
    var name = new X500Name("CN=Sallyport journal identity");
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(63, new SecureRandom()),
            Date.from(now),
            Date.from(now.plus(VALID_YEARS * 365L, ChronoUnit.DAYS)),
            name,
            pair.getPublic());
    var signer = new JcaContentSignerBuilder(algorithm);
    if (provider != null) {
      signer.setProvider(provider);
    }
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(signer.build(pair.getPrivate())));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("no certificate for the identity", e);
    }
  }
}
