package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Walks every frame of a journal directory in order and holds each against the rules of form that
 * need no key: header, sequence without gaps, each file opened by its key, long entries whole, and
 * whatever an unclean stop left behind named by the recovery record of the next run. Roots and
 * signatures are the caller's. Works beside the writer: at the end, {@link #next} may be called
 * again. One thread.
 */
final class JournalWalk implements AutoCloseable {
  /** The first thing that is wrong. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    /** The record that is bad or missing. */
    final transient long seq;

    /** File and offset, relative to the journal directory. */
    final transient String place;

    /** Nothing comes after it: a crash may have left it, and a recovery record may forgive it. */
    final transient boolean atTail;

    Broken(long seq, String place, String why, boolean atTail) {
      super(why);
      this.seq = seq;
      this.place = place;
      this.atTail = atTail;
    }
  }

  private final Path journal;
  private final Deque<Path> ahead = new ArrayDeque<>();
  private ExcerptFile excerpts;
  private Path file;
  private int run;
  private long count;
  private int key = -1;
  private long inRun;
  private boolean keyDue;
  private boolean moreDue;
  private int aheadRun;
  private Frame.Header header;

  /** The first frame of the file that the walk began with, until it is there. */
  private Frame.Header resumed;

  // What is wrong with the run we are in, and with the ones before: only a recovery record clears
  // the latter.
  private Broken damage;
  private Broken unforgiven;

  JournalWalk(Path journal) {
    this(journal, 0, 0);
  }

  /** Begins behind a run, at record {@code count}: what is before has been walked. */
  JournalWalk(Path journal, int run, long count) {
    this.journal = journal;
    this.run = run;
    this.count = count;
  }

  /**
   * Begins with a file: what is before it has been walked, or is nobody's business here.
   *
   * @param file a frame file of this run, whose first frame is {@code header}
   */
  JournalWalk(Path journal, int run, Path file, Frame.Header header) {
    this(journal, run, header.seq());
    ahead.add(file);
    aheadRun = run;
    resumed = header;
  }

  /**
   * Moves to the next frame.
   *
   * @return false when no more frames are there now
   * @throws Broken when what follows is not what a journal holds; the walk ends there
   */
  boolean next() throws IOException, Broken {
    while (true) {
      if (damage == null && read()) {
        return true;
      }
      if (damage != null) {
        ahead.clear(); // nothing behind a damage can be told apart: only the next run can
      }
      if (ahead.isEmpty()) {
        look();
        if (ahead.isEmpty()) {
          return ended();
        }
        if (damage == null && file != null) {
          continue; // what was put here before the successor began may be newer than our last read
        }
      }
      move(ahead.remove());
    }
  }

  private boolean ended() throws Broken {
    if (damage != null || unforgiven != null) {
      var first = unforgiven != null ? unforgiven : damage;
      throw new Broken(first.seq, first.place, first.getMessage(), true);
    }
    return false;
  }

  private boolean read() throws IOException, Broken {
    if (excerpts == null) {
      return false;
    }
    try {
      if (!excerpts.next()) {
        return false;
      }
      accept(Frame.header(bytes(), from(), to()));
      return true;
    } catch (Frame.Malformed e) {
      damage = new Broken(count, place(), e.getMessage(), false);
      if (unforgiven != null && inRun > 0) {
        throw unforgiven;
      }
      return false;
    }
  }

  private void accept(Frame.Header next) throws Frame.Malformed {
    if (next.seq() != count) {
      throw new Frame.Malformed("record " + next.seq() + " where " + count + " is due");
    }
    if (next.run() != run) {
      throw new Frame.Malformed("a frame of run " + next.run());
    }
    boolean opensFile = next.type() == FrameType.KEY_OPEN;
    if (opensFile != keyDue || next.key() != (opensFile ? key + 1 : key)) {
      throw new Frame.Malformed("data key " + next.key() + " of " + next.type() + ", not opened");
    }
    boolean other =
        moreDue && (next.type() != header.type() || next.retention() != header.retention());
    if (next.continued() != moreDue || other) {
      throw new Frame.Malformed(moreDue ? "an entry that does not go on" : "half an entry");
    }
    if (next.type() == FrameType.RECOVERY) {
      forgive();
    } else if (unforgiven != null && inRun > 0) {
      throw new Frame.Malformed("no recovery record");
    }
    header = next;
    key = next.key();
    keyDue = false;
    moreDue = next.more();
    count++;
    inRun++;
  }

  private void forgive() throws Frame.Malformed {
    if (inRun != 1) {
      throw new Frame.Malformed("a recovery record that does not open a run");
    }
    var recovery = Recovery.parse(body());
    boolean other = unforgiven != null && !recovery.damage().equals(unforgiven.place);
    if (recovery.found() != count - 1 || other) {
      throw new Frame.Malformed("a recovery record of something else");
    }
    unforgiven = null;
  }

  // Lists directories only when what the last listing gave is used up.
  private void look() throws IOException {
    if (damage == null && file != null) {
      for (var candidate : JournalFiles.frames(file.getParent())) {
        if (candidate.compareTo(file) > 0) {
          ahead.add(candidate);
        }
      }
      aheadRun = run;
    }
    if (ahead.isEmpty()) {
      for (int number : JournalFiles.runs(journal)) {
        if (number > run && ahead.isEmpty()) {
          ahead.addAll(JournalFiles.frames(JournalFiles.run(journal, number)));
          aheadRun = number;
        }
      }
    }
  }

  private void move(Path successor) throws IOException {
    if (file == null || aheadRun != run) {
      if (damage == null && moreDue) {
        damage = new Broken(count, place(), "the entry before is not whole", false);
      }
      if (damage != null && unforgiven == null) {
        unforgiven = damage;
      }
      damage = null;
      moreDue = false;
      run = aheadRun;
      key = -1;
      inRun = 0;
    }
    if (resumed != null) {
      key = resumed.key() - 1;
      inRun = resumed.key(); // nothing before it in its run, if it is the first file
      resumed = null;
    }
    close();
    excerpts = new ExcerptFile(successor);
    file = successor;
    keyDue = true;
  }

  /** Frames seen so far: also the sequence number of the next one. */
  long count() {
    return count;
  }

  Frame.Header header() {
    return header;
  }

  /** The current frame is {@code bytes()[from(), to())} until the next call of next. */
  byte[] bytes() {
    return excerpts.bytes();
  }

  int from() {
    return excerpts.from();
  }

  int to() {
    return excerpts.to();
  }

  /** A copy of the current frame's body. */
  byte[] body() {
    return Arrays.copyOfRange(bytes(), from() + Frame.HEADER, to());
  }

  /** Where the walk is: file and offset of the last excerpt looked at. */
  String place() {
    return file == null ? "" : journal.relativize(file) + ":" + excerpts.excerptAt();
  }

  /** The file of the current frame. */
  Path file() {
    return file;
  }

  /** Where the current frame ends in its file. */
  long end() {
    return excerpts.excerptAt() + excerpts.to() - excerpts.from();
  }

  /** The newest run seen; 0 when there is none. */
  int run() {
    return run;
  }

  /** Whether the journal so far ends inside an entry of several frames. */
  boolean insideEntry() {
    return moreDue;
  }

  @Override
  public void close() throws IOException {
    if (excerpts != null) {
      excerpts.close();
    }
  }
}
