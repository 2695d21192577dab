package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The newest checkpoint of each log that a witness has cosigned: a file for each log, replaced as a
 * whole and on the disk before anybody hears of it. Of one thread at a time.
 */
final class WitnessState {
  /**
   * A checkpoint that a log signed; extension lines may follow (c2sp.org/tlog-checkpoint).
   *
   * @param note as it came
   */
  record Head(Note note, String origin, long size, byte[] root) {
    private static final String SIZE = "0|[1-9][0-9]{0,17}";

    /**
     * Proves nothing.
     *
     * @throws IllegalArgumentException when it is no checkpoint
     */
    static Head parse(String whole) {
      var note = Note.parse(whole);
      var lines = note.text().split("\n", -1);
      if (lines.length < 4 || lines[0].isEmpty() || !lines[1].matches(SIZE)) {
        throw new IllegalArgumentException("not a checkpoint");
      }
      for (int line = 3; line < lines.length - 1; line++) {
        if (lines[line].isEmpty()) {
          throw new IllegalArgumentException("an extension line that is empty");
        }
      }
      return new Head(note, lines[0], Long.parseLong(lines[1]), hash(lines[2]));
    }
  }

  /** A hash as one line of Base64, in its one spelling. */
  static byte[] hash(String line) {
    var hash = Base64.getDecoder().decode(line);
    boolean spelled = Base64.getEncoder().encodeToString(hash).equals(line);
    if (hash.length != MerkleFrontier.HASH || !spelled) {
      throw new IllegalArgumentException("not a hash");
    }
    return hash;
  }

  private final Path directory;

  WitnessState(Path directory) {
    this.directory = directory;
  }

  /**
   * The newest checkpoint of a log, null for none.
   *
   * @throws IOException when there is one that cannot be read: to forget it would be to cosign
   *     another history
   */
  Head newest(String origin) throws IOException {
    var file = file(origin);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      var head = Head.parse(Files.readString(file, UTF_8));
      if (head.origin().equals(origin)) {
        return head;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: bring it back from a copy", e);
    }
    throw new IOException(file + " is of another log: bring it back from a copy");
  }

  /** Remembers a checkpoint for good. */
  void put(String origin, String whole) throws IOException {
    var file = file(origin);
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(whole.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true); // the name, too
    }
  }

  // An origin may hold any character but a newline.
  private Path file(String origin) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(origin.getBytes(UTF_8));
      return directory.resolve(HexFormat.of().formatHex(hash) + ".checkpoint");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
