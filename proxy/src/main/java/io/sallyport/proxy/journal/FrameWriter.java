package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns entries into frames: numbers, encrypts and stores them, and opens a new file with a new key
 * when it is told to. Not thread-safe: the journal's lock is around every call.
 */
final class FrameWriter implements AutoCloseable {
  /** A file is done when it is this old, */
  static final Duration ROLL_TIME = Duration.ofMinutes(15);

  /** or this full. */
  static final int ROLL_PERCENT = 90;

  /** Beyond it only the journal's own frames are written: checkpoints, alerts, the stop. */
  static final int REFUSE_PERCENT = 95;

  private static final Logger LOG = LoggerFactory.getLogger(FrameWriter.class);

  private final int run;
  private final KeyChain keys;
  private final SpareFiles spares;
  private final FrameStore store;
  private final Committer committer;
  private final JournalClock clock;
  private final FrameCipher cipher = new FrameCipher();
  private final PayloadWriter own = new PayloadWriter();
  private final byte[] frame = new byte[Frame.MAX];
  private final ByteBuffer header = ByteBuffer.wrap(frame);
  private FileKeys keysNow;
  private long next;
  private long openedMillis;

  /**
   * @param spares the files to come
   * @param committer hears of every new file
   * @param next the first number to give
   */
  FrameWriter(
      int run,
      KeyChain keys,
      SpareFiles spares,
      FrameStore store,
      Committer committer,
      JournalClock clock,
      long next) {
    this.run = run;
    this.keys = keys;
    this.spares = spares;
    this.store = store;
    this.committer = committer;
    this.clock = clock;
    this.next = next;
    openedMillis = clock.rollMillis();
    openKeys(keys.take(), Committer.NO_FILE);
  }

  /** The number of the newest frame. */
  long newest() {
    return next - 1;
  }

  /** Whether an entry of so many bytes can be written below this share of the file. */
  boolean fits(int payload, int percent) {
    int frames = payload / Frame.PLAIN_MAX + 1;
    return store.fits(payload + (long) frames * (Frame.HEADER + Frame.TAG), frames, percent);
  }

  /** Whether it could be written to a new file. */
  boolean everFits(int payload) {
    int frames = payload / Frame.PLAIN_MAX + 1;
    return store.everFits(payload + (long) frames * (Frame.HEADER + Frame.TAG), frames);
  }

  int usedPercent() {
    return store.usedPercent();
  }

  /**
   * Writes an entry, for which there is room.
   *
   * @return the number of its first frame
   */
  long entry(FrameType type, long intent, PayloadWriter payload) throws GeneralSecurityException {
    long micros = clock.micros();
    long step = clock.takeStep();
    if (step != 0) {
      var alert = new JournalEntry.Alert("clock-step", "wall clock set by " + step + " us");
      frames(own.write(alert), Frame.NO_REF, own, micros);
    }
    return frames(type, intent, payload, micros);
  }

  private long frames(FrameType type, long intent, PayloadWriter payload, long micros)
      throws GeneralSecurityException {
    long first = next;
    if (!type.encrypted) {
      clear(type, Arrays.copyOf(payload.bytes(), payload.length()));
      return first;
    }
    long ref = type == FrameType.INTENT ? first : intent;
    var retention = payload.retention();
    var key = keysNow.of(retention);
    int from = 0;
    do {
      int length = Math.min(payload.length() - from, Frame.PLAIN_MAX);
      boolean more = from + length < payload.length();
      int flags = Frame.flags(retention, more, from > 0);
      int body = length + Frame.TAG;
      header.clear();
      Frame.putHeader(header, type, flags, run, next, micros, ref, keysNow.number, body);
      cipher.seal(key, next, payload.bytes(), from, length, frame);
      store.append(frame, Frame.HEADER + body);
      next++;
      from += length;
    } while (from < payload.length());
    return first;
  }

  /** Writes a frame that says nothing about anybody, and that one frame holds. */
  void clear(FrameType type, byte[] body) {
    header.clear();
    Frame.putHeader(
        header, type, 0, run, next, clock.micros(), Frame.NO_REF, keysNow.number, body.length);
    header.put(body);
    store.append(frame, Frame.HEADER + body.length);
    next++;
  }

  /** Whether the file is old or full enough for the next one. */
  boolean rollDue() {
    clock.micros();
    return clock.rollMillis() - openedMillis >= ROLL_TIME.toMillis()
        || usedPercent() >= ROLL_PERCENT;
  }

  /**
   * Opens the next file with the next key: both were made before. A key service that is down, or a
   * full disk, must not stop care while there is room: without either the file goes on.
   *
   * @return whether there is a new file
   */
  boolean roll() {
    var spare = keys.ready() ? spares.poll() : null;
    if (spare == null) {
      return false;
    }
    long end = store.used();
    long millis = clock.rollMillis();
    try {
      store.roll(millis, spare);
    } catch (IOException e) {
      LOG.error("journal: the next file cannot be put in its place", e);
      spares.giveBack(spare);
      return false;
    }
    openedMillis = millis;
    openKeys(keys.poll(), end);
    return true;
  }

  private void openKeys(FileKeys fresh, long endOfLast) {
    keysNow = fresh;
    long first = next;
    clear(FrameType.KEY_OPEN, fresh.opening());
    committer.file(first, store.file(), endOfLast);
  }

  /** Gives back what the last file did not use: the next start has a file of its own. */
  @Override
  public void close() throws IOException {
    var last = store.file();
    long end = store.used();
    store.close();
    try (var channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
      channel.truncate(end);
    }
  }
}
