package io.sallyport.proxy.journal;

import java.security.GeneralSecurityException;
import java.time.YearMonth;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether there is room for a record, and the next file in time for it. A file is followed by the
 * next at an age or a fill, by the committer and not by who appends; an appender does it only when
 * its own entry has no room left. Without a next file the journal goes on to nearly the end of this
 * one and then refuses. The journal's lock is around every call but {@link #full}.
 */
final class Space {
  private static final Logger LOG = LoggerFactory.getLogger(Space.class);

  private static final int OWN_PERCENT = 97;
  private static final int CHECKPOINT_PERCENT = 98;

  private final FrameWriter writer;
  private final KeyChain keys;
  private final SpareFiles spares;
  private final Floods floods;
  private final PayloadWriter payload = new PayloadWriter();

  /** Written under the lock, read by all: the file is used up and there is no other. */
  private volatile boolean full;

  private volatile int rolls;

  Space(FrameWriter writer, KeyChain keys, SpareFiles spares, Floods floods) {
    this.writer = writer;
    this.keys = keys;
    this.spares = spares;
    this.floods = floods;
  }

  boolean full() {
    return full;
  }

  /** Whether the next roll has all that it needs. */
  boolean ready() {
    return keys.ready() && spares() > 0;
  }

  /** Files opened since the start, the first not counted. */
  int rolls() {
    return rolls;
  }

  int spares() {
    return spares.count();
  }

  int keys() {
    return keys.count();
  }

  /** Whether files to come have data keys under those of a month. */
  boolean ahead(YearMonth month) {
    return keys.ahead(month);
  }

  int usedPercent() {
    return writer.usedPercent();
  }

  /** Whether a checkpoint has room here: statements about keys always do, in what it leaves. */
  boolean checkpoint(int bytes) {
    return writer.fits(bytes, CHECKPOINT_PERCENT);
  }

  /** Why there is no room, null when there is. Opens the next file when this one has none. */
  JournalUnavailable.Why room(int bytes, boolean own) {
    int percent = own ? OWN_PERCENT : FrameWriter.REFUSE_PERCENT;
    if (writer.fits(bytes, percent)) {
      return null;
    }
    if (!writer.everFits(bytes)) {
      return JournalUnavailable.Why.TOO_LONG;
    }
    if (roll() && writer.fits(bytes, percent)) {
      return null;
    }
    fill();
    return JournalUnavailable.Why.FULL;
  }

  private boolean roll() {
    boolean rolled = writer.roll();
    if (rolled) {
      floods.rolled();
      rolls++;
      if (full) {
        LOG.warn("journal: there is a next file; requests are recorded again");
      }
      full = false;
    }
    return rolled;
  }

  private void fill() {
    if (!full) {
      full = true;
      LOG.error(
          "journal: the file is used up, and there is no next {}: requests are refused",
          keys.ready() ? "file" : "data key",
          spares.failed());
    }
  }

  /** Now and then: rolls when it is time, and records what was only counted. */
  void keepUp() {
    if (writer.rollDue() && !roll() && writer.usedPercent() >= FrameWriter.REFUSE_PERCENT) {
      fill();
    }
    if (floods.due()) {
      tell();
    }
  }

  /** Records what was only counted; in a full file it waits. */
  void tell() {
    if (full) {
      return;
    }
    try {
      for (var counted : floods.take()) {
        var type = payload.write(counted);
        if (writer.fits(payload.length(), OWN_PERCENT)) {
          writer.entry(type, Frame.NO_REF, payload);
        } else {
          LOG.warn("journal: no room to say: {}", EntryText.words(counted));
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/GCM", e);
    }
  }
}
