package io.sallyport.proxy.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;

/**
 * Which key may verify which algorithm: by its type, use and strength, never by the token's word.
 */
final class Signatures {
  private static final int RSA_BITS_MIN = 2048;

  private Signatures() {}

  /** Whether a published key can belong to a token with this header. */
  static boolean fits(JWK key, JWSHeader header) {
    boolean use = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean algorithm =
        key.getAlgorithm() == null || key.getAlgorithm().equals(header.getAlgorithm());
    boolean type =
        header.getAlgorithm().equals(JWSAlgorithm.ES256)
            ? key instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())
            : key instanceof RSAKey rsa && bits(rsa) >= RSA_BITS_MIN;
    return use && algorithm && type;
  }

  /** Exactly: the library's own size counts the bytes of the modulus. */
  private static int bits(RSAKey key) {
    return key.getModulus().decodeToBigInteger().bitLength();
  }

  static JWSVerifier verifier(JWK key) throws JOSEException {
    return key instanceof ECKey ec
        ? new ECDSAVerifier(ec)
        : new RSASSAVerifier(((RSAKey) key).toRSAPublicKey());
  }
}
