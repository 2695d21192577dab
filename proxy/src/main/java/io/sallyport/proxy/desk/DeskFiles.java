package io.sallyport.proxy.desk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** The files of a desk: {@code ID.request}, {@code ID.answer}, and the lock of who sits there. */
final class DeskFiles {
  static final String REQUEST = ".request";
  static final String ANSWER = ".answer";
  static final String LOCK = "lock";

  private DeskFiles() {}

  /** The desk of a journal's directory. */
  static Path of(Path journal) {
    return journal.resolve("desk");
  }

  /** Makes it, for its owner only, unless it is there; who may write the journal's owns it. */
  static Path make(Path journal) throws IOException {
    var desk = of(journal);
    var mode = PosixFilePermissions.fromString("rwx------");
    try {
      Files.createDirectory(desk, PosixFilePermissions.asFileAttribute(mode));
      Files.setOwner(desk, Files.getOwner(journal));
    } catch (FileAlreadyExistsException e) {
      var found = Files.readAttributes(desk, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isDirectory()) {
        throw new IOException(desk + " is in the way of a directory: remove it", e);
      }
      if (!found.permissions().equals(mode)) {
        Files.setPosixFilePermissions(desk, mode);
      }
    }
    return desk;
  }

  /** Writes a file that is there whole or not at all, and belongs to the desk's owner. */
  static void write(Path file, byte[] bytes) throws IOException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    try (var channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true); // a reading that is left to be recorded survives a power cut
    }
    var owner = Files.getOwner(file.getParent());
    if (!Files.getOwner(fresh).equals(owner)) {
      Files.setOwner(fresh, owner); // root asks for somebody else's appliance
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * The bytes of a message's file.
   *
   * @throws IOException when it is not a small regular file of the desk's owner, or cannot be read
   */
  static byte[] read(Path file) throws IOException {
    var found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new IOException("it is no regular file");
    }
    if (!found.owner().equals(Files.getOwner(file.getParent()))) {
      throw new IOException("it belongs to " + found.owner().getName());
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      var bytes = ByteBuffer.allocate(DeskMessage.BYTES_MAX + 1);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      if (!bytes.hasRemaining()) {
        throw new IOException("it is over " + DeskMessage.BYTES_MAX + " bytes");
      }
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }
}
