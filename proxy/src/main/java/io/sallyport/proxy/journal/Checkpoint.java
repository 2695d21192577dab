package io.sallyport.proxy.journal;

import java.util.Arrays;
import java.util.Base64;

/**
 * A statement of the log at one size: C2SP tlog-checkpoint, in a C2SP signed note.
 *
 * <pre>
 * auditlog.local/6f1c…
 * 4711
 * base64(root hash)
 *
 * — auditlog.local/6f1c… base64(key id, Ed25519 signature)
 * </pre>
 *
 * @param note the whole text with the signatures under the log's name; equal statements of one key
 *     are equal text, Ed25519 being deterministic
 * @param size records covered: 0 to size-1
 * @param root RFC 6962 root at that size
 */
record Checkpoint(String note, long size, byte[] root) {
  /** States and signs. */
  static Checkpoint sign(Note.Signer signer, long size, byte[] root) {
    return new Checkpoint(Note.sign(text(signer.key().name(), size, root), signer), size, root);
  }

  private static String text(String origin, long size, byte[] root) {
    return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
  }

  /**
   * Reads a note; only the one spelling that {@link #sign} writes passes. No signature is verified.
   * Cosignatures of others may follow ours; they are dropped.
   *
   * @throws IllegalArgumentException when it is not a checkpoint of this log
   */
  static Checkpoint parse(String origin, String whole) {
    var note = Note.parse(whole);
    var lines = note.text().split("\n", -1);
    if (lines.length != 4) {
      throw new IllegalArgumentException("not a checkpoint");
    }
    if (!lines[0].equals(origin)) {
      throw new IllegalArgumentException("a checkpoint of another log than " + origin);
    }
    var root = Base64.getDecoder().decode(lines[2]);
    long size = Long.parseLong(lines[1]);
    if (root.length != MerkleFrontier.HASH || size < 0) {
      throw new IllegalArgumentException("a checkpoint without size or root");
    }
    var ours = note.linesOf(origin);
    boolean spelled = ours.stream().allMatch(line -> Note.signed(line) != null);
    if (ours.isEmpty() || !spelled || !note.text().equals(text(origin, size, root))) {
      throw new IllegalArgumentException("a checkpoint that this log has not signed");
    }
    return new Checkpoint(note.text() + "\n" + String.join("\n", ours) + "\n", size, root);
  }

  /** Whether it says it is signed by this key and no other; proves nothing. */
  boolean names(LogKey key) {
    var ours = Note.parse(note).linesOf(key.name());
    return ours.size() == 1
        && Arrays.equals(Arrays.copyOf(Note.signed(ours.get(0)), LogKey.ID), key.id());
  }

  /** Whether the key signed this statement. */
  boolean verifies(LogKey key) {
    return Note.parse(note).verifies(key);
  }
}
