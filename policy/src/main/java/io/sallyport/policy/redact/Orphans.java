package io.sallyport.policy.redact;

import io.sallyport.policy.redact.Links.Link;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The includes of a page that no released entry leads to. An include that comes for a match that is
 * withheld would tell of it: the patients whose hidden conditions have the code. So one is released
 * only when an entry that was released leads to it by a link that the search asked for, or the
 * other way round for {@code _revinclude}. All of them are held until the page ends.
 */
final class Orphans {
  /** What is held back of one page; an include beyond it is withheld. */
  static final int HELD_BYTES_MAX = 8 << 20;

  /** What a held include costs besides its bytes, and for each link, about. */
  private static final int ENTRY_BYTES = 512;

  private static final int LINK_BYTES = 128;

  /** An include that was judged and written aside. */
  static final class Held {
    final byte[] json;
    final Fact fact;
    final int[] removed;
    private final String place;
    private final List<Link> links;
    private final int bytes;
    private boolean due;

    /**
     * @param place by which those of a type are ordered: the id that the caller sees
     */
    Held(byte[] json, Fact fact, String place, int[] removed, List<Link> links) {
      this.place = place;
      this.json = json;
      this.fact = fact;
      this.removed = removed;
      this.links = links;
      this.bytes = json.length + ENTRY_BYTES + LINK_BYTES * links.size();
    }
  }

  private final List<Included> asked;

  /** What is released for: a resource that is linked to, or a link to a resource. */
  private final Set<String> granted = new HashSet<>();

  private final Map<String, List<Held>> waiting = new HashMap<>();
  private final Deque<Held> due = new ArrayDeque<>();
  private final List<Held> chosen = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private int orphaned;
  private int heldBytes;

  Orphans(List<Included> asked) {
    this.asked = asked;
  }

  /** Whether resources of a type may come as includes. */
  boolean bring(String type) {
    for (Included one : asked) {
      if (one.brought().contains(type)) {
        return true;
      }
    }
    return false;
  }

  /** Takes notice of a match that is released. */
  void released(Fact fact, List<Link> links) {
    leads(true, fact, links);
    settle();
  }

  private void settle() {
    for (Held include = due.poll(); include != null; include = due.poll()) {
      chosen.add(include);
      leads(false, include.fact, include.links);
    }
  }

  private void leads(boolean match, Fact fact, List<Link> links) {
    String self = fact.type() + "/" + fact.id();
    for (Included one : asked) {
      if (!match && !one.iterate()) {
        continue;
      }
      if (one.reverse()) {
        if (one.targets().contains(fact.type())) {
          grant(back(one, self));
        }
      } else if (one.source().equals(fact.type())) {
        for (Link link : links) {
          if (link.by().contains(one.link()) && one.targets().contains(type(link.to()))) {
            grant(link.to());
          }
        }
      }
    }
  }

  private boolean linked(List<String> reasons) {
    for (String reason : reasons) {
      if (granted.contains(reason)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Holds an include until the page ends; one that came before is there already. False when it
   * cannot be led to, or there is no room for it: what nothing leads to makes room for what is.
   */
  boolean hold(Held include) {
    String self = include.fact.type() + "/" + include.fact.id();
    if (known.contains(self)) {
      return true;
    }
    List<String> reasons = reasons(include.fact, include.links);
    boolean linked = linked(reasons);
    if (linked && heldBytes + include.bytes > HELD_BYTES_MAX) {
      evict();
    }
    if (include.fact.id().isEmpty() || heldBytes + include.bytes > HELD_BYTES_MAX) {
      return false;
    }
    known.add(self);
    heldBytes += include.bytes;
    if (linked) {
      include.due = true;
      due.add(include);
      settle();
      return true;
    }
    orphaned++;
    for (String reason : reasons) {
      waiting.computeIfAbsent(reason, r -> new ArrayList<>(1)).add(include);
    }
    return true;
  }

  private void evict() {
    Set<Held> gone = new HashSet<>();
    waiting.values().forEach(gone::addAll);
    for (Held include : gone) {
      if (!include.due) {
        heldBytes -= include.bytes;
        known.remove(include.fact.type() + "/" + include.fact.id());
      }
    }
    waiting.clear();
  }

  /**
   * The includes of the page. Not in the order in which they came: that is the order of the matches
   * they came for, withheld ones too.
   */
  List<Held> chosen() {
    chosen.sort(
        Comparator.<Held, String>comparing(include -> include.fact.type())
            .thenComparing(include -> include.place));
    return chosen;
  }

  /** How many came that nothing released leads to. */
  int orphaned() {
    return orphaned;
  }

  private void grant(String reason) {
    if (granted.size() >= Links.LINKS_MAX || !granted.add(reason)) {
      return;
    }
    List<Held> includes = waiting.remove(reason);
    if (includes != null) {
      for (Held include : includes) {
        if (!include.due) {
          include.due = true;
          orphaned--;
          due.add(include);
        }
      }
    }
  }

  /** Each of what an include may be released for. */
  private List<String> reasons(Fact fact, List<Link> links) {
    List<String> reasons = new ArrayList<>();
    for (Included one : asked) {
      if (!one.reverse()) {
        if (reasons.isEmpty()) {
          reasons.add(fact.type() + "/" + fact.id());
        }
      } else if (one.source().equals(fact.type())) {
        for (Link link : links) {
          if (link.by().contains(one.link())) {
            reasons.add(back(one, link.to()));
          }
        }
      }
    }
    return reasons;
  }

  private static String back(Included one, String to) {
    return one.link() + ">" + to;
  }

  private static String type(String reference) {
    return reference.substring(0, reference.indexOf('/'));
  }
}
