package io.sallyport.proxy.kms;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.SecretKey;

/**
 * Keys in a PKCS#12 file. For trials and small sites: destroying a key here is only as good as the
 * care taken of the file's backups.
 *
 * <p>Several processes may use one file (an appliance, and a command beside it): it is changed
 * under a lock of its own, from what it says then and not from what was read before, or the second
 * to write would throw away the first one's key.
 */
final class Pkcs12Kms implements Kms {
  private static final int RAW_PUBLIC_KEY = 32;

  private interface Change {
    void apply(KeyStore store) throws GeneralSecurityException;
  }

  private final Path file;
  private final char[] password;
  private final PrivateKey signing;
  private final IdentityKey identity;
  private final String name;
  private final Gcm gcm = new Gcm(null);
  // The newest known content; replaced whole, never changed.
  private volatile KeyStore store;

  private Pkcs12Kms(
      Path file, char[] password, KeyStore store, PrivateKey signing, byte[] publicKey)
      throws GeneralSecurityException {
    this.file = file;
    this.password = password;
    this.store = store;
    this.signing = signing;
    identity = new IdentityKey(IdentityKey.Algorithm.ED25519, publicKey);
    var id = MessageDigest.getInstance("SHA-256").digest(publicKey);
    name = "pkcs12:" + HexFormat.of().formatHex(id, 0, 8);
  }

  static Pkcs12Kms open(Path file, char[] password) {
    if (!Files.isRegularFile(file)) {
      throw new KmsException("no key store at " + file + ": 'sallyport key init' makes one", null);
    }
    try {
      var store = KeyStores.read(file, password);
      if (!(store.getKey(KeyStores.IDENTITY, password) instanceof PrivateKey signing)) {
        throw new KmsException(file + " lacks " + KeyStores.IDENTITY, null);
      }
      // The raw key is the tail of an Ed25519 SubjectPublicKeyInfo (RFC 8410 section 4).
      var info = store.getCertificate(KeyStores.IDENTITY).getPublicKey().getEncoded();
      var raw = Arrays.copyOfRange(info, info.length - RAW_PUBLIC_KEY, info.length);
      return new Pkcs12Kms(file, password.clone(), store, signing, raw);
    } catch (IOException e) {
      throw new KmsException("cannot open key store " + file + ": wrong password or damaged", e);
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot use key store " + file, e);
    }
  }

  @Override
  public void ensure(String key) {
    KeyNames.check(key);
    if (standing(key) == Standing.USABLE) {
      return;
    }
    change(
        fresh -> {
          if (!fresh.containsAlias(key)) {
            fresh.setKeyEntry(key, KeyStores.freshKey(), password, null);
          }
        });
  }

  @Override
  public Standing destroy(String key) {
    change(
        fresh -> {
          if (!fresh.containsAlias(KeyNames.check(key)) || key.equals(KeyStores.IDENTITY)) {
            throw KeyNames.absent(key, name);
          }
          fresh.deleteEntry(key);
        });
    return standing(key);
  }

  // A lock of the file is the process's: of two stores in one process the second is refused it.
  private void change(Change change) {
    synchronized (Pkcs12Kms.class) {
      locked(change);
    }
  }

  private void locked(Change change) {
    var lock = file.resolveSibling(file.getFileName() + ".lock");
    try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assert held.isValid();
      var fresh = KeyStores.read(file, password);
      change.apply(fresh);
      KeyStores.replace(fresh, file, password);
      store = fresh;
    } catch (IOException | GeneralSecurityException e) {
      throw new KmsException("cannot change key store " + file, e);
    }
  }

  private SecretKey key(String key) {
    try {
      var found = store.getKey(KeyNames.check(key), password);
      if (found == null) {
        reread(); // made by another process, perhaps
        found = store.getKey(key, password);
      }
      if (found instanceof SecretKey secret) {
        return secret;
      }
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot use key " + key + " of " + file, e);
    }
    throw KeyNames.absent(key, name);
  }

  private void reread() {
    try {
      store = KeyStores.read(file, password);
    } catch (IOException | GeneralSecurityException e) {
      throw new KmsException("cannot read key store " + file, e);
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
    return keys().contains(KeyNames.check(key)) ? Standing.USABLE : Standing.ABSENT;
  }

  @Override
  public List<String> keys() {
    reread();
    try {
      var names = Collections.list(store.aliases());
      names.remove(KeyStores.IDENTITY);
      Collections.sort(names);
      return names;
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot list the keys of " + file, e);
    }
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(signing);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new KmsException("cannot sign", e);
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
  public void close() {
    Arrays.fill(password, ' ');
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
