package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * What a start found after an unclean stop, as a note signed by the identity; body of a {@link
 * FrameType#RECOVERY} frame, in clear. It stands for the close statements that the last run can not
 * make any more.
 *
 * <pre>
 * sallyport recovery 2
 * auditlog.local/6f1c…
 * sealed 4711        records that the last checkpoint covered
 * found 4720         records found, all kept: the next one is the key of the new run
 * root base64(root hash of what was found)
 * lost 0             records that are known to have been there and are not any more: found..lost-1
 * damage none        where bytes were left behind that are no frame
 * </pre>
 *
 * @param lost 0, or how many records there once were as a checkpoint proves: an operator has said
 *     that the journal is to go on without those from {@code found} on
 * @param damage file and offset, or "" when all was well formed
 */
record Recovery(String origin, long sealed, long found, byte[] root, long lost, String damage) {
  private static final String TITLE = "sallyport recovery 2";
  private static final String NONE = "none";

  private String text() {
    return String.join(
        "\n",
        TITLE,
        origin,
        "sealed " + sealed,
        "found " + found,
        "root " + Base64.getEncoder().encodeToString(root),
        "lost " + lost,
        "damage " + (damage.isEmpty() ? NONE : damage),
        "");
  }

  /** For people: what was found. */
  String told() {
    var left = damage.isEmpty() ? "" : ", bytes left behind at " + damage;
    var gone = lost == 0 ? "" : ", records " + found + ".." + (lost - 1) + " lost";
    return found + " records found, " + sealed + " sealed" + left + gone;
  }

  byte[] sign(Note.Signer identity) {
    return Note.sign(text(), identity).getBytes(UTF_8);
  }

  /** Reads the body of a frame; the signature is not verified. */
  static Recovery parse(byte[] body) throws Frame.Malformed {
    try {
      var note = Note.parse(new String(body, UTF_8));
      var lines = note.text().split("\n", -1);
      if (lines.length == 8) {
        var damage = EpochStatement.value(lines[6], "damage ");
        var recovery =
            new Recovery(
                lines[1],
                Long.parseLong(EpochStatement.value(lines[2], "sealed ")),
                Long.parseLong(EpochStatement.value(lines[3], "found ")),
                Base64.getDecoder().decode(EpochStatement.value(lines[4], "root ")),
                Long.parseLong(EpochStatement.value(lines[5], "lost ")),
                damage.equals(NONE) ? "" : damage);
        if (recovery.text().equals(note.text())) {
          return recovery;
        }
      }
    } catch (IllegalArgumentException e) {
      throw new Frame.Malformed("a recovery record that is none: " + e.getMessage());
    }
    throw new Frame.Malformed("a recovery record that is none");
  }
}
