package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Keys in a PKCS#12 file. For trials and small sites: destroying a key here is only as good as the
 * care taken of the file's backups.
 */
final class Pkcs12Kms implements Kms {
  static final String KEK = "journal-kek";
  static final String IDENTITY = "journal-identity";

  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final int RAW_PUBLIC_KEY = 32;

  private final SecretKey kek;
  private final PrivateKey identity;
  private final byte[] publicKey;
  private final String keyId;
  private final SecureRandom random = new SecureRandom();

  private Pkcs12Kms(SecretKey kek, PrivateKey identity, byte[] publicKey, String keyId) {
    this.kek = kek;
    this.identity = identity;
    this.publicKey = publicKey;
    this.keyId = keyId;
  }

  static Pkcs12Kms open(Path file, char[] password) {
    if (!Files.isRegularFile(file)) {
      throw new KmsException("no key store at " + file + ": sallyport init creates one", null);
    }
    try (var in = Files.newInputStream(file)) {
      var store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      if (!(store.getKey(KEK, password) instanceof SecretKey kek)
          || !(store.getKey(IDENTITY, password) instanceof PrivateKey identity)) {
        throw new KmsException(file + " lacks " + KEK + " or " + IDENTITY, null);
      }
      // The raw key is the tail of an Ed25519 SubjectPublicKeyInfo (RFC 8410 section 4).
      var info = store.getCertificate(IDENTITY).getPublicKey().getEncoded();
      var raw = Arrays.copyOfRange(info, info.length - RAW_PUBLIC_KEY, info.length);
      return new Pkcs12Kms(kek, identity, raw, "pkcs12:" + fingerprint(kek));
    } catch (IOException e) {
      throw new KmsException("cannot open key store " + file + ": wrong password or damaged", e);
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot use key store " + file, e);
    }
  }

  // A MAC of a fixed text names the key without telling it.
  private static String fingerprint(SecretKey kek) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(kek);
    var name = mac.doFinal("sallyport key id".getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(name, 0, 8);
  }

  @Override
  public byte[] wrap(byte[] dataKey, byte[] aad) {
    try {
      var nonce = new byte[NONCE];
      random.nextBytes(nonce);
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, kek, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(aad);
      var wrapped = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(dataKey.length));
      cipher.doFinal(dataKey, 0, dataKey.length, wrapped, NONCE);
      return wrapped;
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot wrap a data key", e);
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] aad) {
    if (wrapped.length < NONCE) {
      throw new KmsException("a wrapped data key is too short", null);
    }
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, kek, new GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE));
      cipher.updateAAD(aad);
      return cipher.doFinal(wrapped, NONCE, wrapped.length - NONCE);
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot unwrap a data key: not wrapped by " + keyId + " for this", e);
    }
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(identity);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot sign", e);
    }
  }

  @Override
  public byte[] publicKey() {
    return publicKey.clone();
  }

  @Override
  public String keyId() {
    return keyId;
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
