package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last word on every key that was disposed of, or is about to be. Any thread. */
final class Disposals {
  /** A certificate and the number of its record. */
  record Found(long seq, Disposal disposal) {}

  private final Map<String, Found> latest = new ConcurrentHashMap<>();

  /**
   * The certificates in a journal that the identity signed, up to its end or to where it is
   * damaged.
   */
  static Disposals read(Path journal, LogKey identity) throws IOException {
    var found = new Disposals();
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        if (walk.header().type() == FrameType.DISPOSAL) {
          var note = Note.parse(new String(walk.body(), UTF_8));
          if (note.verifiesAlone(identity)) {
            found.add(walk.header().seq(), Disposal.parse(identity.name(), note));
          }
        }
      }
    } catch (JournalWalk.Broken e) {
      return found; // who proves the journal has words for it
    }
    return found;
  }

  /** The newest word on a key takes the place of the one before. */
  void add(long seq, Disposal disposal) {
    latest.put(disposal.asked().key(), new Found(seq, disposal));
  }

  /** The last word on a key, null for none. */
  Found of(String key) {
    return latest.get(key);
  }

  /** The certificate of a key that opens nothing any more, null for none. */
  Found gone(String key) {
    var found = latest.get(key);
    return found != null && found.disposal().state().gone() ? found : null;
  }

  /** What is not at its end. */
  List<Found> open() {
    return latest.values().stream()
        .filter(
            f ->
                f.disposal().state() == Disposal.State.BEGUN
                    || f.disposal().state() == Disposal.State.SCHEDULED)
        .toList();
  }
}
