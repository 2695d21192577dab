package io.sallyport.policy.redact;

import io.sallyport.policy.redact.Links.Link;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * other way round for {@code _revinclude}. One that comes before what leads to it is held back.
 */
final class Orphans {
  /** What is held back of one page; an include beyond it is withheld. */
  static final int HELD_BYTES_MAX = 1 << 20;

  /** What a held include costs besides its bytes, and for each link, about. */
  private static final int ENTRY_BYTES = 512;

  private static final int LINK_BYTES = 128;

  /** An include that was judged and written aside. */
  static final class Held {
    final byte[] json;
    final Fact fact;
    final int[] removed;
    private final List<Link> links;
    private final int bytes;
    private boolean due;

    Held(byte[] json, Fact fact, int[] removed, List<Link> links) {
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
  private int held;
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

  /** Takes notice of an entry that is released. What it makes {@link #due} may be more than one. */
  void released(boolean match, Fact fact, List<Link> links) {
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

  /** Whether something that was released leads to an include. */
  boolean linked(Fact fact, List<Link> links) {
    for (String reason : reasons(fact, links)) {
      if (granted.contains(reason)) {
        return true;
      }
    }
    return false;
  }

  /** Holds an include back; false when there is no room for it. */
  boolean hold(Held include) {
    if (heldBytes + include.bytes > HELD_BYTES_MAX) {
      return false;
    }
    held++;
    heldBytes += include.bytes;
    for (String reason : reasons(include.fact, include.links)) {
      waiting.computeIfAbsent(reason, r -> new ArrayList<>(1)).add(include);
    }
    return true;
  }

  /** A held include that is to be released now; null when there is none. */
  Held due() {
    Held include = due.poll();
    if (include != null) {
      held--;
      heldBytes -= include.bytes;
      released(false, include.fact, include.links);
    }
    return include;
  }

  /** How many are held that nothing leads to. */
  int held() {
    return held;
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
