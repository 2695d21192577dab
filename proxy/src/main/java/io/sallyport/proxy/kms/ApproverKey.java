package io.sallyport.proxy.kms;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * The Ed25519 key of a person who approves: of holds, of their release, of disposals. It lives in a
 * file of that person's own, on a machine of that person's own, in the form that Go's signed notes
 * have: {@code PRIVATE+KEY+NAME+ID+base64(1, seed)}. The file is not encrypted: only its owner may
 * read it.
 */
public final class ApproverKey {
  private static final String PRIVATE = "PRIVATE+KEY+";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final byte ED25519 = 1;
  private static final int SEED = 32;
  private static final int ID = 4;

  // A PKCS#8 PrivateKeyInfo of Ed25519 up to the seed itself, RFC 8410 section 7.
  private static final byte[] INFO = HexFormat.of().parseHex("302e020100300506032b657004220420");

  private final String name;
  private final byte[] publicKey;
  private final PrivateKey signing;

  private ApproverKey(String name, byte[] seed) {
    this.name = name;
    publicKey = new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
    try {
      var info = ByteBuffer.allocate(INFO.length + SEED).put(INFO).put(seed).array();
      signing = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(info));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
    }
  }

  /**
   * Makes a key in a new file that only its owner may read.
   *
   * @param name who it is: letters, digits and {@code ._@-}, at most 64
   * @throws KmsException for a name that cannot be one, a file that is there or cannot be made
   */
  public static ApproverKey create(String name, Path file) {
    if (!NAME.matcher(name).matches()) {
      throw new KmsException(
          "not the name of an approver: '" + name + "'; write letters, digits and ._@-", null);
    }
    var seed = new byte[SEED];
    new SecureRandom().nextBytes(seed);
    var key = new ApproverKey(name, seed);
    var line = PRIVATE + name + "+" + key.id() + "+" + typed(seed) + "\n";
    Arrays.fill(seed, (byte) 0);
    try (var channel =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(line.getBytes(US_ASCII)));
      channel.force(true);
    } catch (IOException e) {
      throw new KmsException("cannot make " + file + ": it is there, or has no place", e);
    }
    return key;
  }

  /**
   * Opens a key.
   *
   * @throws KmsException when the file is none, or others may read it
   */
  public static ApproverKey open(Path file) {
    try {
      var others = Files.getPosixFilePermissions(file);
      others.removeAll(PosixFilePermissions.fromString("rwx------"));
      if (!others.equals(Set.of())) {
        throw new KmsException(file + " may be read by others: chmod 600 it", null);
      }
      var line = Files.readString(file, US_ASCII).strip();
      var parts = line.substring(line.startsWith(PRIVATE) ? PRIVATE.length() : 0).split("\\+", 3);
      var seed = Base64.getDecoder().decode(parts.length == 3 ? parts[2] : "");
      if (seed.length == 1 + SEED && seed[0] == ED25519 && NAME.matcher(parts[0]).matches()) {
        var key = new ApproverKey(parts[0], Arrays.copyOfRange(seed, 1, seed.length));
        if (key.id().equals(parts[1])) {
          return key;
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new KmsException("cannot read the approver's key " + file, e);
    }
    throw new KmsException(
        file + " is no approver's key: 'sallyport key approver NAME --out FILE' makes one", null);
  }

  private static String typed(byte[] key) {
    var typed = ByteBuffer.allocate(1 + key.length).put(ED25519).put(key).array();
    return Base64.getEncoder().encodeToString(typed);
  }

  private String id() {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update((name + "\n").getBytes(UTF_8));
      sha.update(ED25519);
      return HexFormat.of().formatHex(sha.digest(publicKey), 0, ID);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Who it is. */
  public String name() {
    return name;
  }

  /** The verifier key that the configuration names: {@code NAME+ID+base64(1, key)}. */
  public String line() {
    return name + "+" + id() + "+" + typed(publicKey);
  }

  /** Signs: 64 bytes. */
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

  @Override
  public String toString() {
    return "[key]";
  }
}
