package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    try (var files = Files.walk(from)) {
      for (var file : (Iterable<Path>) files::iterator) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
