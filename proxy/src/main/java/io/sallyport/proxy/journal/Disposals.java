package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The last word on every key that was disposed of, or is about to be. Any thread. */
final class Disposals {
  /** A certificate and the number of its record. */
  record Found(long seq, Disposal disposal) {}

  private final Map<String, Found> latest = new ConcurrentHashMap<>();
  private final List<Vault> vaults = new CopyOnWriteArrayList<>();

  /**
   * The certificates in a journal that the identity signed, up to its end or to where it is
   * damaged.
   */
  static Disposals read(Path journal, LogKey identity) throws IOException {
    var found = new Disposals();
    try (var walk = new JournalWalk(journal)) {
      while (walk.next()) {
        found.frame(walk, identity);
      }
    } catch (JournalWalk.Broken e) {
      return found; // who proves the journal has words for it
    }
    return found;
  }

  /** Takes the walk's current frame, when it is a word of the identity's on these matters. */
  void frame(JournalWalk walk, LogKey identity) {
    var type = walk.header().type();
    if (type == FrameType.DISPOSAL || type == FrameType.VAULT) {
      var note = Note.parse(new String(walk.body(), UTF_8));
      if (note.verifiesAlone(identity)) {
        if (type == FrameType.DISPOSAL) {
          add(walk.header().seq(), Disposal.parse(identity.name(), note));
        } else {
          vaults.add(Vault.parse(identity.name(), note));
        }
      }
    }
  }

  /** What is kept of a month, by its key. */
  List<Vault> vaults(String key) {
    return vaults.stream().filter(vault -> vault.key().equals(key)).toList();
  }

  /** The newest word on a key takes the place of the one before. */
  void add(long seq, Disposal disposal) {
    latest.merge(
        disposal.asked().key(),
        new Found(seq, disposal),
        (one, other) -> one.seq() > other.seq() ? one : other);
  }

  /** Takes over what others know. */
  void addAll(Disposals others) {
    others.latest.values().forEach(found -> add(found.seq(), found.disposal()));
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
