package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * What is said of an epoch's key, as a signed note; body of {@link FrameType#EPOCH_OPEN} and {@link
 * FrameType#EPOCH_CLOSE} frames, in clear.
 *
 * <pre>
 * sallyport epoch open 1       sallyport epoch close 1
 * auditlog.local/6f1c…         auditlog.local/6f1c…
 * epoch 3.0                    epoch 3.0
 * size 4711                    size 5000
 * root base64(root hash)       root base64(root hash)
 * key VKEY                     next VKEY, or none at the end of a run
 *
 * — the identity               — the epoch's own key
 * </pre>
 *
 * <p>An open statement is the identity's word that records from {@code size} on, behind exactly the
 * records under {@code root}, are sealed by this key. A close statement is the epoch's last word:
 * what its records were, and who signs from there on. The first line keeps both from ever being
 * taken for a checkpoint.
 *
 * @param run process start
 * @param number of the epoch in its run, from 0: that of its data key
 * @param size open: the epoch's first record; close: records up to its end
 * @param key open: the epoch's; close: its successor's, null for none
 */
record EpochStatement(
    boolean closes, String origin, int run, int number, long size, byte[] root, LogKey key) {
  private static final String OPEN = "sallyport epoch open 1";
  private static final String CLOSE = "sallyport epoch close 1";
  private static final String NONE = "none";

  private String text() {
    return String.join(
        "\n",
        closes ? CLOSE : OPEN,
        origin,
        "epoch " + run + "." + number,
        "size " + size,
        "root " + Base64.getEncoder().encodeToString(root),
        (closes ? "next " : "key ") + (key == null ? NONE : key.line()),
        "");
  }

  /** The signed note. */
  byte[] sign(Note.Signer signer) {
    return Note.sign(text(), signer).getBytes(UTF_8);
  }

  /**
   * Reads the text of a note; only the spelling that is written passes.
   *
   * @throws IllegalArgumentException when it is no statement of this log's epochs
   */
  static EpochStatement parse(String origin, Note note) {
    var lines = note.text().split("\n", -1);
    if (lines.length != 7 || !lines[1].equals(origin)) {
      throw new IllegalArgumentException("not a statement of an epoch of " + origin);
    }
    var epoch = value(lines[2], "epoch ").split("\\.", 2);
    boolean closes = lines[0].equals(CLOSE);
    var key = value(lines[5], closes ? "next " : "key ");
    var statement =
        new EpochStatement(
            closes,
            origin,
            Integer.parseInt(epoch[0]),
            Integer.parseInt(epoch[epoch.length - 1]),
            Long.parseLong(value(lines[3], "size ")),
            Base64.getDecoder().decode(value(lines[4], "root ")),
            closes && key.equals(NONE) ? null : LogKey.parse(key));
    boolean foreign = statement.key() != null && !statement.key().name().equals(origin);
    if (foreign || !statement.text().equals(note.text())) {
      throw new IllegalArgumentException("not a statement of an epoch of " + origin);
    }
    return statement;
  }

  static String value(String line, String name) {
    if (!line.startsWith(name)) {
      throw new IllegalArgumentException("'" + name + "' is due");
    }
    return line.substring(name.length());
  }
}
