package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.IdentityKey;
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
 * verifier key: {@code name+hex(id)+base64(type, key)}. Type 1 is Ed25519, with an id of the first
 * 4 bytes of SHA-256(name, newline, type, key); type 2 is ECDSA, for an identity in a PKCS#11
 * token, with an id of the first 4 bytes of SHA-256(key), the key being a SubjectPublicKeyInfo of
 * P-256. Type 4 is a witness's Ed25519 key (c2sp.org/tlog-cosignature), with an id as of type 1.
 */
final class LogKey {
  private static final byte ED25519 = 1;
  private static final byte ECDSA = 2;
  private static final byte COSIGNATURE = 4;
  private static final int KEY = 32;
  private static final int SIGNATURE = 64;
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 2;
  static final int ID = 4;

  // A SubjectPublicKeyInfo of Ed25519 up to the key itself, RFC 8410 section 4.
  private static final byte[] INFO = HexFormat.of().parseHex("302a300506032b6570032100");

  // The same of a point on P-256, uncompressed, RFC 5480 section 2.
  private static final byte[] P256_INFO =
      HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
  private static final int P256_SPKI = P256_INFO.length + 64;

  private final String name;
  private final byte type;
  private final byte[] publicKey;
  private final byte[] id;
  private final PublicKey verifying;

  /**
   * An Ed25519 key.
   *
   * @throws IllegalArgumentException when the name or the key cannot be one
   */
  LogKey(String name, byte[] publicKey) {
    this(name, ED25519, publicKey);
  }

  private LogKey(String name, byte type, byte[] publicKey) {
    if (name.isEmpty() || name.indexOf('+') >= 0 || name.chars().anyMatch(c -> c <= ' ')) {
      throw new IllegalArgumentException("not the name of a log: '" + name + "'");
    }
    this.name = name;
    this.type = type;
    this.publicKey = publicKey.clone();
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      if (type != ECDSA) {
        sha.update((name + "\n").getBytes(UTF_8));
        sha.update(type);
      }
      id = Arrays.copyOf(sha.digest(publicKey), ID);
      verifying =
          KeyFactory.getInstance(type == ECDSA ? "EC" : "Ed25519")
              .generatePublic(new X509EncodedKeySpec(info(type, publicKey)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a public key of its type", e);
    }
  }

  private static byte[] info(byte type, byte[] key) {
    if ((type == ED25519 || type == COSIGNATURE) && key.length == KEY) {
      return ByteBuffer.allocate(INFO.length + KEY).put(INFO).put(key).array();
    }
    if (type == ECDSA
        && key.length == P256_SPKI
        && Arrays.equals(Arrays.copyOf(key, P256_INFO.length), P256_INFO)) {
      return key;
    }
    throw new IllegalArgumentException(
        "neither an Ed25519 key nor one of ECDSA on P-256: type "
            + type
            + ", "
            + key.length
            + " bytes");
  }

  /** The key of an appliance's identity, as the key service has it. */
  static LogKey of(String name, IdentityKey identity) {
    return switch (identity.algorithm()) {
      case ED25519 -> new LogKey(name, ED25519, identity.key());
      case ECDSA_P256 -> new LogKey(name, ECDSA, identity.key());
    };
  }

  /**
   * Reads a verifier key.
   *
   * @throws IllegalArgumentException when it is none, or its id is not its own
   */
  static LogKey parse(String line) {
    return of(line, false);
  }

  private static LogKey of(String line, boolean witness) {
    var parts = line.strip().split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("not a verifier key: NAME+ID+KEY is due");
    }
    var typed = Base64.getDecoder().decode(parts[2]);
    if (typed.length == 0) {
      throw new IllegalArgumentException("a verifier key without a key");
    }
    if (typed[0] == COSIGNATURE != witness) {
      throw new IllegalArgumentException("a key of type " + typed[0] + ": a witness has type 4");
    }
    var key = new LogKey(parts[0], typed[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.line().equals(line.strip())) {
      throw new IllegalArgumentException("a verifier key whose id is not its own: damaged");
    }
    return key;
  }

  /** An Ed25519 key of a witness. */
  static LogKey witness(String name, byte[] publicKey) {
    return new LogKey(name, COSIGNATURE, publicKey);
  }

  /**
   * Reads the verifier key of a witness, which no checkpoint verifies under.
   *
   * @throws IllegalArgumentException when it is none
   */
  static LogKey parseWitness(String line) {
    return of(line, true);
  }

  private byte[] typed() {
    return ByteBuffer.allocate(1 + publicKey.length).put(type).put(publicKey).array();
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

  /** The public key: 32 bytes of Ed25519, or a SubjectPublicKeyInfo of P-256. */
  byte[] publicKey() {
    return publicKey.clone();
  }

  /**
   * Whether it signed this. A signature has one spelling: Java's Ed25519 takes zeros behind one,
   * and its ECDSA numbers of any length. What is left is that of each ECDSA signature anybody can
   * make a second one, of the same statement (s and n-s, SEC 1 section 4.1.4).
   */
  boolean verifies(byte[] message, byte[] signed) {
    if (type == ECDSA ? !isDer(signed) : signed.length != SIGNATURE) {
      return false;
    }
    try {
      var signature = Signature.getInstance(type == ECDSA ? "SHA256withECDSA" : "Ed25519");
      signature.initVerify(verifying);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // not even the form of a signature
    }
  }

  // X.690: SEQUENCE of two positive INTEGERs, each in its shortest form. On P-256 no length needs a
  // second byte.
  private static boolean isDer(byte[] signed) {
    if (signed.length < 2 || signed[0] != SEQUENCE || signed[1] != signed.length - 2) {
      return false;
    }
    int at = 2;
    for (int number = 0; number < 2; number++) {
      if (at + 2 >= signed.length || signed[at] != INTEGER || signed[at + 1] <= 0) {
        return false;
      }
      int first = at + 2;
      at = first + signed[at + 1];
      boolean padded = at > first + 1 && signed[first] == 0 && signed[first + 1] >= 0;
      if (at > signed.length || signed[first] < 0 || padded) {
        return false;
      }
    }
    return at == signed.length;
  }
}
