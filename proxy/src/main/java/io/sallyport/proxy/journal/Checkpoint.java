package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.Kms;
import java.nio.ByteBuffer;
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
 * @param note the whole text; equal statements of one key are equal text, Ed25519 being
 *     deterministic
 * @param size records covered: 0 to size-1
 * @param root RFC 6962 root at that size
 */
record Checkpoint(String note, long size, byte[] root) {
  private static final String SIGNED_BY = "\u2014 ";
  private static final int SIGNATURE = 64;

  /** States and signs. */
  static Checkpoint sign(LogKey key, Kms kms, long size, byte[] root) {
    var text = key.name() + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
    var signed =
        ByteBuffer.allocate(LogKey.ID + SIGNATURE)
            .put(key.id())
            .put(kms.sign(text.getBytes(UTF_8)))
            .array();
    return new Checkpoint(text + "\n" + signature(key, signed), size, root);
  }

  private static String signature(LogKey key, byte[] signed) {
    return SIGNED_BY + key.name() + " " + Base64.getEncoder().encodeToString(signed) + "\n";
  }

  /**
   * Reads a note; only the one spelling that {@link #sign} writes passes. The signature is not
   * verified. Cosignatures of others may follow ours.
   *
   * @throws IllegalArgumentException when it is not a checkpoint of this log by this key
   */
  static Checkpoint parse(LogKey key, String note) {
    var lines = note.split("\n", -1);
    if (lines.length < 6 || !lines[3].isEmpty() || !lines[lines.length - 1].isEmpty()) {
      throw new IllegalArgumentException("not a checkpoint");
    }
    if (!lines[0].equals(key.name())) {
      throw new IllegalArgumentException("a checkpoint of another log than " + key.name());
    }
    var root = Base64.getDecoder().decode(lines[2]);
    long size = Long.parseLong(lines[1]);
    if (root.length != MerkleFrontier.HASH || size < 0) {
      throw new IllegalArgumentException("a checkpoint without size or root");
    }
    var text = String.join("\n", key.name(), Long.toString(size), encoded(root), "", "");
    for (var line : Arrays.asList(lines).subList(4, lines.length - 1)) {
      var mine = SIGNED_BY + key.name() + " ";
      if (line.startsWith(mine)) {
        var signed = Base64.getDecoder().decode(line.substring(mine.length()));
        var canonical = text + signature(key, signed);
        if (signed.length == LogKey.ID + SIGNATURE
            && Arrays.equals(Arrays.copyOf(signed, LogKey.ID), key.id())
            && note.startsWith(text)
            && (line + "\n").equals(canonical.substring(text.length()))) {
          return new Checkpoint(canonical, size, root);
        }
      }
    }
    throw new IllegalArgumentException("a checkpoint that this key has not signed");
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Whether the key signed this statement. */
  boolean verifies(LogKey key) {
    int split = note.indexOf("\n\n") + 1;
    var line = note.substring(note.lastIndexOf(' ') + 1, note.length() - 1);
    var signed = Base64.getDecoder().decode(line);
    return key.verifies(
        note.substring(0, split).getBytes(UTF_8),
        Arrays.copyOfRange(signed, LogKey.ID, signed.length));
  }
}
