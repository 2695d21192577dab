package io.sallyport.policy.redact;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The links of a Bundle that lead to other pages, as the upstream wrote them. */
final class BundleLinks {
  private static final byte[] RELATION = TypeSkim.key("relation");
  private static final byte[] URL = TypeSkim.key("url");

  private static final Set<String> PAGES = Set.of("next", "previous", "prev", "first", "last");

  private final Map<String, String> others = new LinkedHashMap<>();
  private String self;

  /** Reads a validated value; what is no array of links is ignored. */
  void read(byte[] value, int to) {
    if (value[0] != '[') {
      return;
    }
    int p = Text.space(value, 1);
    Skip skip = new Skip();
    while (p < to && value[p] == '{') {
      skip.reset();
      int end = skip.end(value, p, to);
      String relation = TypeSkim.member(value, p, RELATION);
      String url = TypeSkim.member(value, p, URL);
      if (relation != null && url != null && PAGES.contains(relation)) {
        others.put(relation, url);
      }
      if ("self".equals(relation)) {
        self = url;
      }
      p = Text.space(value, end);
      if (value[p] == ',') {
        p = Text.space(value, p + 1);
      }
    }
  }

  /** By what the upstream says that it searched; null when it does not. */
  String self() {
    return self;
  }

  /** The upstream's link to its next page; null when there is none. */
  String next() {
    return others.get("next");
  }

  /** Writes our own links behind the entries; answers whether none leads to another page. */
  boolean write(WindowWriter out, Envelope envelope, PageFill fill) {
    out.text(",\"link\":[");
    link(out, "self", envelope.self());
    if (fill.active()) {
      String upstreams = next() == null ? null : envelope.links().apply(next());
      String next = fill.open() ? upstreams : fill.rest();
      if (next != null) {
        out.text(",");
        link(out, "next", next);
      }
      out.text("]");
      return next == null && fill.first();
    }
    others.forEach(
        (relation, url) -> {
          String ours = envelope.total().only() ? null : envelope.links().apply(url);
          if (ours != null) {
            out.text(",");
            link(out, relation, ours);
          }
        });
    out.text("]");
    return others.keySet().stream().noneMatch(BundleLinks::continues);
  }

  private static void link(WindowWriter out, String relation, String url) {
    out.text("{\"relation\":\"" + relation + "\",\"url\":" + Json.quoted(url) + "}");
  }

  /** Whether a link says that this is not the only page. */
  private static boolean continues(String relation) {
    return relation.equals("next") || relation.startsWith("prev");
  }
}
