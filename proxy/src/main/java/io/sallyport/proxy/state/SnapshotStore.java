package io.sallyport.proxy.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The files of {@code state/}: the two newest snapshots, named by the record they end with. Each is
 * written beside, forced and renamed, and the directory forced: there is always one that is whole.
 * One thread.
 */
final class SnapshotStore {
  private static final String NAME = "snapshot-";
  private static final String ASIDE = "aside-";
  private static final String FRESH = "fresh";
  private static final int KEPT = 2;

  private final Path directory;

  SnapshotStore(Path journal) throws IOException {
    directory = journal.resolve("state");
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** The snapshots, the newest first. */
  List<Path> newest() throws IOException {
    return files(NAME);
  }

  private List<Path> files(String prefix) throws IOException {
    var files = new ArrayList<Path>();
    try (var all = Files.newDirectoryStream(directory, prefix + "*")) {
      all.forEach(files::add);
    }
    files.sort(Collections.reverseOrder());
    return files;
  }

  /** Returns when it is on the disk. */
  void write(long seq, byte[] bytes) throws IOException {
    var fresh = directory.resolve(FRESH);
    try (var channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      var buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    move(fresh, directory.resolve(NAME + String.format("%019d", seq)));
    trim(NAME);
  }

  /** Puts one that cannot be used out of the way, as evidence; the last two such are kept. */
  void setAside(Path file) throws IOException {
    move(file, directory.resolve(ASIDE + file.getFileName()));
    trim(ASIDE);
  }

  private void trim(String prefix) throws IOException {
    var files = files(prefix);
    for (var old : files.subList(Math.min(KEPT, files.size()), files.size())) {
      Files.delete(old);
    }
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
