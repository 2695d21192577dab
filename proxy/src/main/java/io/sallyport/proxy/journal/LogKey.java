package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The name and public key that a log's checkpoints verify under; as text a C2SP signed-note
 * verifier key: {@code name+hex(id)+base64(0x01, key)}, where the id is the first 4 bytes of
 * SHA-256(name, newline, 0x01, key).
 */
final class LogKey {
  private static final byte ED25519 = 1;
  private static final int KEY = 32;
  static final int ID = 4;

  // A SubjectPublicKeyInfo of Ed25519 up to the key itself, RFC 8410 section 4.
  private static final byte[] INFO = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte[] publicKey;
  private final byte[] id;
  private final PublicKey verifying;

  /**
   * @throws IllegalArgumentException when the name or the key cannot be one
   */
  LogKey(String name, byte[] publicKey) {
    if (name.isEmpty() || name.indexOf('+') >= 0 || name.chars().anyMatch(c -> c <= ' ')) {
      throw new IllegalArgumentException("not the name of a log: '" + name + "'");
    }
    if (publicKey.length != KEY) {
      throw new IllegalArgumentException("an Ed25519 key of " + publicKey.length + " bytes");
    }
    this.name = name;
    this.publicKey = publicKey;
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update((name + "\n").getBytes(UTF_8));
      id = Arrays.copyOf(sha.digest(typed()), ID);
      verifying =
          KeyFactory.getInstance("Ed25519")
              .generatePublic(
                  new X509EncodedKeySpec(
                      ByteBuffer.allocate(INFO.length + KEY).put(INFO).put(publicKey).array()));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 public key", e);
    }
  }

  /**
   * Reads a verifier key.
   *
   * @throws IllegalArgumentException when it is none, or its id is not its own
   */
  static LogKey parse(String line) {
    var parts = line.strip().split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a verifier key: NAME+ID+KEY is due");
    }
    var typed = Base64.getDecoder().decode(parts[2]);
    if (typed.length != KEY + 1 || typed[0] != ED25519) {
      throw new IllegalArgumentException("not an Ed25519 verifier key");
    }
    var key = new LogKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.line().equals(line.strip())) {
      throw new IllegalArgumentException("a verifier key whose id is not its own: damaged");
    }
    return key;
  }

  private byte[] typed() {
    return ByteBuffer.allocate(KEY + 1).put(ED25519).put(publicKey).array();
  }

  /** As text. */
  String line() {
    return name
        + "+"
        + HexFormat.of().formatHex(id)
        + "+"
        + Base64.getEncoder().encodeToString(typed());
  }

  /** The log's name: the origin line of its checkpoints. */
  String name() {
    return name;
  }

  byte[] id() {
    return id;
  }

  /** The 32 bytes of the public key. */
  byte[] publicKey() {
    return publicKey.clone();
  }

  boolean verifies(byte[] message, byte[] signed) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initVerify(verifying);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // not even the form of a signature
    }
  }
}
