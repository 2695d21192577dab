package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A C2SP signed note (c2sp.org/signed-note): a text that ends in a newline, an empty line, and
 * signature lines, each an em dash, a key's name and Base64 of the key's id and the signature.
 */
final class Note {
  /** What signs notes: an epoch's key, or the identity in the key service. */
  interface Signer {
    LogKey key();

    /** As the key's type says: Ed25519 is 64 bytes, ECDSA DER. */
    byte[] sign(byte[] message);
  }

  private static final String BY = "\u2014 ";

  private final String text;
  private final List<String> lines;

  private Note(String text, List<String> lines) {
    this.text = text;
    this.lines = lines;
  }

  /** The text, the empty line, and one signature. */
  static String sign(String text, Signer signer) {
    return text + "\n" + signature(text, signer);
  }

  /** One signature line, with its newline. */
  static String signature(String text, Signer signer) {
    var signature = signer.sign(text.getBytes(UTF_8));
    var signed =
        ByteBuffer.allocate(LogKey.ID + signature.length)
            .put(signer.key().id())
            .put(signature)
            .array();
    return line(signer.key().name(), Base64.getEncoder().encodeToString(signed));
  }

  /** A signature line, with its newline. */
  static String line(String name, String signed) {
    return BY + name + " " + signed + "\n";
  }

  /**
   * Takes a note apart. Proves nothing.
   *
   * @throws IllegalArgumentException when it is none
   */
  static Note parse(String note) {
    int split = note.lastIndexOf("\n\n");
    if (split < 0 || split + 2 == note.length() || !note.endsWith("\n")) {
      throw new IllegalArgumentException("not a signed note");
    }
    var lines = List.of(note.substring(split + 2, note.length() - 1).split("\n", -1));
    if (!lines.stream().allMatch(line -> line.startsWith(BY))) {
      throw new IllegalArgumentException("a note whose signature lines are none");
    }
    return new Note(note.substring(0, split + 1), lines);
  }

  /** What is signed. */
  String text() {
    return text;
  }

  /** How many signature lines there are. */
  int signatures() {
    return lines.size();
  }

  /** The signature lines of keys of this name, without newlines. */
  List<String> linesOf(String name) {
    return lines.stream().filter(line -> line.startsWith(BY + name + " ")).toList();
  }

  /**
   * Id and signature of a line as {@link #signature} spells it, or null when it is spelled
   * otherwise: two spellings of one signature would be two texts of one statement.
   */
  static byte[] signed(String line) {
    var encoded = line.substring(line.indexOf(' ', BY.length()) + 1); // a key's name has no space
    try {
      var signed = Base64.getDecoder().decode(encoded);
      return Base64.getEncoder().encodeToString(signed).equals(encoded) ? signed : null;
    } catch (IllegalArgumentException e) {
      return null; // no Base64 at all
    }
  }

  /** Whether this key signed the text and nobody else did: there is no other line. */
  boolean verifiesAlone(LogKey key) {
    return lines.size() == 1 && verifies(key);
  }

  /** Whether this key signed the text. */
  boolean verifies(LogKey key) {
    for (var line : linesOf(key.name())) {
      var signed = signed(line);
      if (signed != null
          && signed.length > LogKey.ID
          && Arrays.equals(Arrays.copyOf(signed, LogKey.ID), key.id())) {
        return key.verifies(
            text.getBytes(UTF_8), Arrays.copyOfRange(signed, LogKey.ID, signed.length));
      }
    }
    return false;
  }
}
