package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * The Ed25519 key of a witness, in two files: {@code witness.pub} is its verifier key; {@code
 * witness.key}, for its owner only, {@code PRIVATE+KEY+name+id+base64(0x04, seed)} as C2SP tools
 * spell signers.
 */
final class WitnessKey implements Note.Signer {
  static final String PUBLIC = "witness.pub";
  private static final String SECRET = "witness.key";
  private static final String PREFIX = "PRIVATE+KEY+";
  private static final int KEY = 32;
  private static final byte COSIGNATURE = 4;

  private final LogKey key;
  private final PrivateKey signing;

  private WitnessKey(LogKey key, PrivateKey signing) {
    this.key = key;
    this.signing = signing;
  }

  /**
   * The key in a directory; made when there is none.
   *
   * @param name of the witness: an address without a scheme, as {@code witness.example/w1}
   * @throws IllegalArgumentException when the files hold something else, or another's key
   */
  static WitnessKey open(Path directory, String name) throws IOException {
    var secret = directory.resolve(SECRET);
    if (!Files.exists(secret)) {
      make(directory, name);
    }
    var key = LogKey.parseWitness(Files.readString(directory.resolve(PUBLIC), US_ASCII));
    var line = Files.readString(secret, US_ASCII).strip();
    var due = PREFIX + key.name() + "+" + HexFormat.of().formatHex(key.id()) + "+";
    if (!key.name().equals(name) || !line.startsWith(due)) {
      throw new IllegalArgumentException(
          "the key in " + directory + " is not that of " + name + ": use the witness's own name");
    }
    var typed = Base64.getDecoder().decode(line.substring(due.length()));
    if (typed.length != 1 + KEY || typed[0] != COSIGNATURE) {
      throw new IllegalArgumentException(secret + " is damaged");
    }
    var seed = Arrays.copyOfRange(typed, 1, typed.length);
    try {
      var signing =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      var witness = new WitnessKey(key, signing);
      if (!key.verifies(seed, witness.sign(seed))) {
        throw new IllegalArgumentException(secret + " is not the key of " + PUBLIC);
      }
      return witness;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
    }
  }

  private static void make(Path directory, String name) throws IOException {
    try {
      var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      var info = pair.getPublic().getEncoded(); // RFC 8410: the key is the end of it
      var key = LogKey.witness(name, Arrays.copyOfRange(info, info.length - KEY, info.length));
      var seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      var typed = ByteBuffer.allocate(1 + KEY).put(COSIGNATURE).put(seed).array();
      write(directory.resolve(PUBLIC), key.line(), "rw-r--r--");
      var id = HexFormat.of().formatHex(key.id());
      var line = PREFIX + name + "+" + id + "+" + Base64.getEncoder().encodeToString(typed);
      write(directory.resolve(SECRET), line, "rw-------");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(
          e.getMessage() + " is there without " + SECRET + ": bring that back", e);
    }
  }

  private static void write(Path file, String line, String permissions) throws IOException {
    var attributes =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    Set<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (var channel = FileChannel.open(file, options, attributes)) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(US_ASCII)));
      channel.force(true);
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

  @Override
  public String toString() {
    return "[key]";
  }
}
