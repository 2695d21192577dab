package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the file system says of a journal's files: length, and when content and inode were changed
 * last. A write through the kernel, mapped or not, cannot help changing the latter. One thread.
 */
final class WatchedFiles {
  /** Hears what is found. */
  interface Found {
    void gone(RollFile file);

    void cut(RollFile file);

    /** It was touched: whether its records were changed, only reading them tells. */
    void touched(RollFile file);
  }

  private record State(long size, FileTime modified, FileTime changed) {
    static State of(Path file) throws IOException {
      var read = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime");
      return new State(
          (Long) read.get("size"),
          (FileTime) read.get("lastModifiedTime"),
          (FileTime) read.get("ctime"));
    }
  }

  /** Files looked at in one round, so that a round costs a tenth of a second at most. */
  private static final int ROUND = 20_000;

  /** What was changed so much later than the next file begun was changed by somebody else. */
  private static final long LATE_MICROS = TimeUnit.MINUTES.toMicros(1);

  private final Path journal;
  private final int run;
  private final List<RollFile> files = new ArrayList<>();
  private final Map<Path, Integer> places = new HashMap<>();
  private final Map<Path, State> states = new HashMap<>();

  /** Where the frames of the live run's files end, which lose what they did not use. */
  private final Map<Path, Long> ends = new HashMap<>();

  private int next;

  /**
   * @param run the live one
   */
  WatchedFiles(Path journal, int run) {
    this.journal = journal;
    this.run = run;
  }

  /**
   * Finds all files that are there.
   *
   * @return those to be read before all others: the last ones of the runs before, behind which
   *     something may be missing, and those that look as if somebody had changed them since
   */
  List<RollFile> begin() throws IOException, Frame.Malformed {
    for (var file : RollFile.all(journal)) {
      add(file);
    }
    var first = new ArrayList<RollFile>();
    for (int i = 0; i + 1 < files.size(); i++) {
      var file = files.get(i);
      var after = files.get(i + 1);
      if (file.run() < run) {
        var state = State.of(file.path());
        states.put(file.path(), state);
        long due = after.first().micros() + LATE_MICROS;
        if (after.run() != file.run() || state.changed().to(TimeUnit.MICROSECONDS) > due) {
          first.add(file);
        }
      }
    }
    return first;
  }

  private void add(RollFile file) {
    if (file.first() != null) { // else it is being begun, or never was
      places.put(file.path(), files.size());
      files.add(file);
    }
  }

  /** A file's frames go at least as far as this. */
  void end(Path file, long end) {
    ends.merge(file, end, Math::max);
  }

  /** The live file, null when there is none yet. */
  RollFile newest() {
    return files.isEmpty() ? null : files.get(files.size() - 1);
  }

  /** The first record behind a file; the largest number for the live one. */
  long until(RollFile file) {
    int i = places.get(file.path());
    return i + 1 < files.size() ? files.get(i + 1).first().seq() : Long.MAX_VALUE;
  }

  /** Looks at the files, at some of them when there are many. */
  void look(Found found) throws IOException, Frame.Malformed {
    discover();
    int count = Math.min(ROUND, files.size());
    for (int i = 0; i < count; i++) {
      next = next + 1 < files.size() ? next + 1 : 0;
      look(files.get(next), found);
    }
  }

  private void look(RollFile file, Found found) throws IOException {
    State now;
    try {
      now = State.of(file.path());
    } catch (NoSuchFileException e) {
      found.gone(file);
      return;
    }
    var before = states.get(file.path());
    boolean shrunk = file.run() < run && before != null && now.size() < before.size();
    if (shrunk || now.size() < ends.getOrDefault(file.path(), 0L)) {
      found.cut(file);
    }
    if (file != newest() && !now.equals(before)) {
      states.put(file.path(), now);
      found.touched(file);
    }
  }

  // A file that the writer has begun; the one before it is touched once more when it is cut to
  // size.
  private void discover() throws IOException, Frame.Malformed {
    var directory = JournalFiles.run(journal, run);
    if (!Files.isDirectory(directory)) {
      return;
    }
    var last = newest();
    for (var path : JournalFiles.frames(directory)) {
      if (last == null || last.run() < run || path.compareTo(last.path()) > 0) {
        add(new RollFile(run, path, RollFile.first(path)));
      }
    }
  }
}
