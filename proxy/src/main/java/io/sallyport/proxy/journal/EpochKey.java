package io.sallyport.proxy.journal;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import javax.security.auth.DestroyFailedException;

/**
 * The Ed25519 key pair that signs the checkpoints of one epoch: of one roll file of one process
 * start. It lives in memory only and is forgotten when the epoch is closed, so that who takes the
 * machine later cannot sign for the past. Of the sealer, once made.
 *
 * <p>The honest limit: Java promises no erasure of a key from the heap, and the platform's Ed25519
 * keys do not implement {@code destroy}. After {@link #destroy} nothing refers to the key, but its
 * bytes may stay in memory until the collector has used the place again. The claim is security
 * against a later seizure of disks and backups, not against a dump of the live process.
 */
final class EpochKey implements Note.Signer {
  private static final int KEY = 32;

  private final LogKey key;
  private PrivateKey signing;

  private EpochKey(LogKey key, PrivateKey signing) {
    this.key = key;
    this.signing = signing;
  }

  /** A new pair for checkpoints of the log of this name. */
  static EpochKey fresh(String origin) {
    try {
      var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      var info = pair.getPublic().getEncoded(); // RFC 8410: the key is the end of it
      var raw = Arrays.copyOfRange(info, info.length - KEY, info.length);
      return new EpochKey(new LogKey(origin, raw), pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
    }
  }

  @Override
  public LogKey key() {
    return key;
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(signing);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 refused its own key", e);
    }
  }

  /** Forgets the private key; {@link #sign} fails from here on. */
  void destroy() {
    var gone = signing;
    signing = null;
    try {
      if (gone != null) {
        gone.destroy();
      }
    } catch (DestroyFailedException e) {
      assert gone != null; // the platform's keys cannot: see above
    }
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
