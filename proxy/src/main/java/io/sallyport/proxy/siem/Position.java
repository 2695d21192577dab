package io.sallyport.proxy.siem;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Up to where a receiver has everything, in a file of its own: replaced whole and forced, so that
 * it is the one before or the one after whatever happens. A file that is damaged or another
 * journal's counts as none: records are sent again, and the receiver knows them by their numbers.
 */
final class Position {
  private static final String TITLE = "sallyport position 1";

  private final Path file;
  private final String origin;

  Position(Path file, String origin) {
    this.file = file;
    this.origin = origin;
  }

  /** The first number that the receiver may lack. */
  long read() throws IOException {
    try {
      var lines = new String(Files.readAllBytes(file), US_ASCII).split("\n", -1);
      if (lines.length == 5
          && lines[0].equals(TITLE)
          && lines[1].equals(origin)
          && lines[3].equals(check(lines[2]))) {
        return Long.parseLong(lines[2]);
      }
    } catch (NoSuchFileException e) {
      return 0; // nothing was sent yet
    } catch (IllegalArgumentException e) { // not even a number
      return 0;
    }
    return 0;
  }

  /** Returns when it is on the disk. */
  void write(long next) throws IOException {
    var number = Long.toString(next);
    var text = TITLE + "\n" + origin + "\n" + number + "\n" + check(number) + "\n";
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (var directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private String check(String number) {
    var crc = new CRC32();
    crc.update((origin + "\n" + number).getBytes(US_ASCII));
    return Long.toHexString(crc.getValue());
  }
}
