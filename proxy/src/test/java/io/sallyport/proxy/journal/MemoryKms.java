package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key service in memory that can be away, refuse, lie, die, or keep a key for a while. */
final class MemoryKms implements Kms {
  /** What a destruction comes to. */
  enum Destroying {
    AT_ONCE,
    /** It keeps the key for a while. */
    LATER,
    /** It refuses. */
    REFUSED,
    /** The process is killed when the key is gone. */
    KILLED,
    /** It says that it did, and did not. */
    PRETENDED,
    /** It says so ever after, and opens what it is asked to. */
    LIED
  }

  /** What stands in for a kill. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  volatile Destroying destroying = Destroying.AT_ONCE;
  volatile boolean away;
  private final Map<String, byte[]> keys = new ConcurrentSkipListMap<>();
  private final Map<String, byte[]> scheduled = new ConcurrentSkipListMap<>();
  private final SecureRandom random = new SecureRandom();
  private final KeyPair pair;

  MemoryKms() {
    this(pair());
  }

  private MemoryKms(KeyPair pair) {
    this.pair = pair;
  }

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another service with the same keys. */
  MemoryKms copy() {
    var copy = new MemoryKms(pair);
    copy.keys.putAll(keys);
    return copy;
  }

  private void reach() {
    if (away) {
      throw new KmsException("the key service is away", null);
    }
  }

  @Override
  public void ensure(String key) {
    reach();
    keys.computeIfAbsent(
        key,
        k -> {
          var fresh = new byte[32];
          random.nextBytes(fresh);
          return fresh;
        });
  }

  private byte[] key(String key) {
    reach();
    var found = keys.get(key);
    if (found == null) {
      throw new KmsException("there is no key " + key, null);
    }
    return found;
  }

  @Override
  public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
    var nonce = new byte[12];
    random.nextBytes(nonce);
    var sealed = gcm(Cipher.ENCRYPT_MODE, key(key), nonce, aad, dataKey);
    return ByteBuffer.allocate(12 + sealed.length).put(nonce).put(sealed).array();
  }

  @Override
  public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
    var body = Arrays.copyOfRange(wrapped, 12, wrapped.length);
    return gcm(Cipher.DECRYPT_MODE, key(key), Arrays.copyOf(wrapped, 12), aad, body);
  }

  private static byte[] gcm(int mode, byte[] key, byte[] nonce, byte[] aad, byte[] in) {
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(in);
    } catch (GeneralSecurityException e) {
      throw new KmsException("not what was wrapped", e);
    }
  }

  @Override
  public Standing standing(String key) {
    reach();
    if (keys.containsKey(key)) {
      return destroying == Destroying.LIED ? Standing.ABSENT : Standing.USABLE;
    }
    return scheduled.containsKey(key) ? Standing.SCHEDULED : Standing.ABSENT;
  }

  @Override
  public List<String> keys() {
    return List.copyOf(keys.keySet());
  }

  @Override
  public Standing destroy(String key) {
    var gone = scheduled.containsKey(key) ? scheduled.remove(key) : key(key);
    switch (destroying) {
      case REFUSED -> throw new KmsException("denied", null);
      case PRETENDED, LIED -> {
        return Standing.ABSENT;
      }
      case LATER -> scheduled.put(key, gone);
      case AT_ONCE, KILLED -> {}
    }
    keys.remove(key);
    if (destroying == Destroying.KILLED) {
      throw new Killed();
    }
    return standing(key);
  }

  /** Somebody switches a key off, without destroying it. */
  void disable(String key) {
    scheduled.put(key, keys.remove(key));
  }

  /** The time for which keys are kept is over. */
  void expire() {
    scheduled.clear();
  }

  /** Somebody takes a destruction back. */
  void restore() {
    keys.putAll(scheduled);
    scheduled.clear();
  }

  @Override
  public byte[] sign(byte[] message) {
    reach();
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public IdentityKey identity() {
    var info = pair.getPublic().getEncoded();
    return new IdentityKey(
        IdentityKey.Algorithm.ED25519, Arrays.copyOfRange(info, info.length - 32, info.length));
  }

  @Override
  public String name() {
    return "memory:1";
  }
}
