package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/**
 * Keys in a PKCS#11 token (a hardware security module, SoftHSM2), by the JDK's SunPKCS11. They are
 * made there and never leave: a key that the token would hand out is refused. The identity is ECDSA
 * on P-256, because SunPKCS11 knows no Ed25519.
 */
final class Pkcs11Kms implements Kms {
  private static final int KEK_BITS = 256;

  private final Provider provider;
  // A KeyStore lists its token's keys when it is loaded, once: replaced to see what others made.
  private volatile KeyStore store;
  private final PrivateKey signing;
  private final IdentityKey identity;
  private final String name;
  private final Gcm gcm;

  private Pkcs11Kms(Provider provider, KeyStore store, PrivateKey signing, byte[] publicKey)
      throws GeneralSecurityException {
    this.provider = provider;
    this.store = store;
    this.signing = signing;
    identity = new IdentityKey(IdentityKey.Algorithm.ECDSA_P256, publicKey);
    gcm = new Gcm(provider);
    var id = MessageDigest.getInstance("SHA-256").digest(publicKey);
    name = "pkcs11:" + HexFormat.of().formatHex(id, 0, 8);
  }

  static Pkcs11Kms open(Path configuration, char[] pin) {
    var provider = provider(configuration);
    try {
      var store = login(provider, configuration, pin);
      if (!(store.getKey(KeyStores.IDENTITY, null) instanceof PrivateKey signing)) {
        throw new KmsException(
            "the token of "
                + configuration
                + " lacks "
                + KeyStores.IDENTITY
                + ": 'sallyport key init --key pkcs11:"
                + configuration
                + "' makes it",
            null);
      }
      held(signing.getEncoded(), KeyStores.IDENTITY);
      var publicKey = store.getCertificate(KeyStores.IDENTITY).getPublicKey().getEncoded();
      return new Pkcs11Kms(provider, store, signing, publicKey);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot use the token of " + configuration, e);
    }
  }

  static void create(Path configuration, char[] pin) {
    var provider = provider(configuration);
    try {
      var store = login(provider, configuration, pin);
      if (store.containsAlias(KeyStores.IDENTITY)) {
        throw new KmsException(
            "the token of " + configuration + " has a " + KeyStores.IDENTITY + " already", null);
      }
      var ec = KeyPairGenerator.getInstance("EC", provider);
      ec.initialize(new ECGenParameterSpec("secp256r1"));
      var pair = ec.generateKeyPair();
      held(pair.getPrivate().getEncoded(), KeyStores.IDENTITY);
      store.setKeyEntry(
          KeyStores.IDENTITY,
          pair.getPrivate(),
          null,
          new Certificate[] {SelfSigned.of(pair, "SHA256withECDSA", provider)});
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot make keys in the token of " + configuration, e);
    }
  }

  private static Provider provider(Path configuration) {
    if (!Files.isRegularFile(configuration)) {
      throw new KmsException(
          "no PKCS#11 configuration at "
              + configuration
              + ": it has the lines name=…, library=/path/of/the/module.so, slotListIndex=0",
          null);
    }
    try {
      return Security.getProvider("SunPKCS11").configure(configuration.toString());
    } catch (RuntimeException e) { // InvalidParameterException, ProviderException: both say little
      throw new KmsException("cannot use the PKCS#11 configuration " + configuration, e);
    }
  }

  private static KeyStore login(Provider provider, Path configuration, char[] pin)
      throws GeneralSecurityException {
    try {
      var store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, pin);
      return store;
    } catch (IOException e) {
      throw new KmsException(
          configuration == null
              ? "the token has logged us out: the appliance must be started again"
              : "cannot log in to the token of " + configuration + ": wrong PIN, or locked",
          e);
    }
  }

  @Override
  public synchronized void ensure(String key) {
    KeyNames.check(key);
    try {
      if (store.containsAlias(key) || reread().containsAlias(key)) {
        return;
      }
      var aes = KeyGenerator.getInstance("AES", provider);
      aes.init(KEK_BITS);
      var fresh = aes.generateKey();
      held(fresh.getEncoded(), key);
      store.setKeyEntry(key, fresh, null, null);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot make key " + key + " in " + name, e);
    }
  }

  // Who is logged in needs no PIN again.
  private KeyStore reread() throws GeneralSecurityException {
    store = login(provider, null, null);
    return store;
  }

  private SecretKey key(String key) {
    try {
      var found = store.getKey(KeyNames.check(key), null);
      if (found == null) {
        found = reread().getKey(key, null);
      }
      if (found instanceof SecretKey secret) {
        held(secret.getEncoded(), key);
        return secret;
      }
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot use key " + key + " of " + name, e);
    }
    throw KeyNames.absent(key, name);
  }

  private static void held(byte[] encoded, String key) {
    if (encoded != null) {
      throw new KmsException(
          "the token hands out key "
              + key
              + ": its configuration needs attributes(generate, CKO_SECRET_KEY, *) = {"
              + " CKA_SENSITIVE = true CKA_EXTRACTABLE = false }, and CKO_PRIVATE_KEY the same",
          null);
    }
  }

  @Override
  public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
    return gcm.wrap(key(key), dataKey, aad);
  }

  @Override
  public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
    return gcm.unwrap(key(key), wrapped, aad, key);
  }

  @Override
  public Standing standing(String key) {
    try {
      KeyNames.check(key);
      return reread().containsAlias(key) ? Standing.USABLE : Standing.ABSENT;
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot ask " + name, e);
    }
  }

  @Override
  public List<String> keys() {
    try {
      var names = Collections.list(reread().aliases());
      names.remove(KeyStores.IDENTITY);
      Collections.sort(names);
      return names;
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot list the keys of " + name, e);
    }
  }

  @Override
  public synchronized Standing destroy(String key) {
    try {
      if (!reread().containsAlias(KeyNames.check(key)) || key.equals(KeyStores.IDENTITY)) {
        throw KeyNames.absent(key, name);
      }
      store.deleteEntry(key);
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot destroy key " + key + " of " + name, e);
    }
    return standing(key);
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      var signature = Signature.getInstance("SHA256withECDSA", provider);
      signature.initSign(signing);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KmsException("cannot sign with " + name, e);
    }
  }

  @Override
  public IdentityKey identity() {
    return identity;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
