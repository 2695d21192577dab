package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * What a witness signs: c2sp.org/tlog-cosignature, version 1. On its line in a note, behind the
 * key's id: 8 bytes of seconds since 1970, 64 bytes of Ed25519 signature.
 */
final class Cosignature {
  private static final int STAMP = 8;
  private static final int SIGNED = LogKey.ID + STAMP + 64;

  private Cosignature() {}

  private static byte[] message(long seconds, String text) {
    return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(UTF_8);
  }

  /** The line, with its newline, that says the text was seen then. */
  static String line(String text, long seconds, Note.Signer witness) {
    var signature = witness.sign(message(seconds, text));
    var signed =
        ByteBuffer.allocate(SIGNED).put(witness.key().id()).putLong(seconds).put(signature);
    return Note.line(witness.key().name(), Base64.getEncoder().encodeToString(signed.array()));
  }

  /**
   * The line of a witness in a note, without a newline.
   *
   * @return null when there is none, or it is not by this key
   */
  static String of(Note note, LogKey witness) {
    for (var line : note.linesOf(witness.name())) {
      var signed = Note.signed(line);
      if (signed != null
          && signed.length == SIGNED
          && Arrays.equals(Arrays.copyOf(signed, LogKey.ID), witness.id())) {
        long seconds = ByteBuffer.wrap(signed).getLong(LogKey.ID);
        var signature = Arrays.copyOfRange(signed, LogKey.ID + STAMP, SIGNED);
        if (seconds > 0 && witness.verifies(message(seconds, note.text()), signature)) {
          return line;
        }
      }
    }
    return null;
  }
}
