package io.sallyport.proxy.journal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checkpoints of a journal that were kept elsewhere, by size. One thread. */
final class KeptCheckpoints {
  private final NavigableMap<Long, List<Checkpoint>> kept = new TreeMap<>();

  /**
   * Reads texts, each of one checkpoint after another.
   *
   * @throws IllegalArgumentException when one holds what is none of this log
   */
  void read(String origin, Collection<String> texts) {
    for (var text : texts) {
      for (var note : text.split("(?m)^(?=" + Pattern.quote(origin) + "\n)")) {
        if (!note.isEmpty()) {
          var checkpoint = Checkpoint.parse(origin, note);
          kept.computeIfAbsent(checkpoint.size(), size -> new ArrayList<>()).add(checkpoint);
        }
      }
    }
  }

  /** Takes out those of this size. */
  List<Checkpoint> take(long size) {
    if (kept.isEmpty()) {
      return List.of();
    }
    var here = kept.remove(size);
    return here == null ? List.of() : here;
  }

  /** One of the largest that nobody took, null when all were. */
  Checkpoint beyond() {
    return kept.isEmpty() ? null : kept.lastEntry().getValue().get(0);
  }
}
