package io.sallyport.proxy.journal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * Turns entries into frames: numbers, encrypts and stores them, and opens a new file with a new key
 * when it is time. Not thread-safe: the journal's lock is around every call.
 */
final class FrameWriter implements AutoCloseable {
  private final int run;
  private final KeyChain keys;
  private final FrameStore store;
  private final Committer committer;
  private final JournalClock clock;
  private final FrameCipher cipher = new FrameCipher();
  private final PayloadWriter own = new PayloadWriter();
  private final byte[] frame = new byte[Frame.MAX];
  private final ByteBuffer header = ByteBuffer.wrap(frame);
  private DataKey key;
  private long next;

  /**
   * @param committer hears of every new file
   * @param next the first number to give
   */
  FrameWriter(
      int run,
      KeyChain keys,
      FrameStore store,
      Committer committer,
      JournalClock clock,
      long next) {
    this.run = run;
    this.keys = keys;
    this.store = store;
    this.committer = committer;
    this.clock = clock;
    this.next = next;
    openKey(keys.take());
  }

  /** The number of the newest frame. */
  long newest() {
    return next - 1;
  }

  /**
   * Writes an entry.
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
    rollIfDue();
    return frames(type, intent, payload, micros);
  }

  private long frames(FrameType type, long intent, PayloadWriter payload, long micros)
      throws GeneralSecurityException {
    long first = next;
    long ref = type == FrameType.INTENT ? first : intent;
    int from = 0;
    do {
      int length = Math.min(payload.length() - from, Frame.PLAIN_MAX);
      boolean more = from + length < payload.length();
      int flags = (more ? Frame.MORE : 0) | (from > 0 ? Frame.CONTINUED : 0);
      int body = length + Frame.TAG;
      header.clear();
      Frame.putHeader(header, type, flags, run, next, micros, ref, key.number, body);
      cipher.seal(key, next, payload.bytes(), from, length, frame);
      store.append(frame, Frame.HEADER + body);
      next++;
      from += length;
    } while (from < payload.length());
    return first;
  }

  /** Writes a frame that says nothing about anybody. */
  void clear(FrameType type, byte[] body) {
    header.clear();
    Frame.putHeader(
        header, type, 0, run, next, clock.micros(), Frame.NO_REF, key.number, body.length);
    header.put(body);
    store.append(frame, Frame.HEADER + body.length);
    next++;
  }

  // A key service that is down must not stop care: without a next key the file goes on.
  private void rollIfDue() {
    long millis = clock.rollMillis();
    if (store.rolls(millis)) {
      var ready = keys.poll();
      if (ready != null) {
        store.roll(millis);
        openKey(ready);
      }
    }
  }

  private void openKey(DataKey fresh) {
    key = fresh;
    long first = next;
    clear(FrameType.KEY_OPEN, fresh.opening());
    committer.file(first, store.file());
  }

  @Override
  public void close() {
    store.close();
  }
}
