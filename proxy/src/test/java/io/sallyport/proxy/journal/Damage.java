package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Finds frames in files and changes bytes there. */
final class Damage {
  private Damage() {}

  /** A frame in its file. */
  record Place(long seq, FrameType type, Path file, long offset, int length) {}

  static List<Place> frames(Path journal) throws Exception {
    var places = new ArrayList<Place>();
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        var place = walk.place();
        int colon = place.lastIndexOf(':');
        places.add(
            new Place(
                walk.header().seq(),
                walk.header().type(),
                journal.resolve(place.substring(0, colon)),
                Long.parseLong(place.substring(colon + 1)),
                walk.to() - walk.from()));
      }
    }
    return places;
  }

  /** Inverts one bit; a second time, it is as before. */
  static void flip(Path file, long offset, int bit) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
      channel.write(one, offset);
    }
  }

  /** What a kill would leave of a live journal: the files as they are now. */
  static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes as)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes as) throws IOException {
            try {
              Files.copy(file, to.resolve(from.relativize(file).toString()));
            } catch (NoSuchFileException e) {
              return visitFileFailed(file, e);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            // A spare file that has just got another name: no part of what was recorded.
            if (e instanceof NoSuchFileException
                && file.getFileName().toString().startsWith("spare-")) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
  }
}
