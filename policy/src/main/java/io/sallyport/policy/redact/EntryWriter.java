package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Writes the entries of a Bundle that are released, each from its resource anew. */
final class EntryWriter {
  private static final byte[] FIRST = ascii(",\"entry\":[{");
  private static final byte[] NEXT = ascii(",{");
  private static final byte[] RESOURCE = ascii("\"resource\":");
  private static final byte[] MATCH = ascii(",\"search\":{\"mode\":\"match\"}}");
  private static final byte[] INCLUDE = ascii(",\"search\":{\"mode\":\"include\"}}");
  private static final byte[] QUOTED = ascii("\",");
  private static final byte[] END = ascii("]");

  private final Redactor redactor;
  private final View view;
  private final Envelope envelope;
  private final WindowWriter out;
  private final String base;
  private final byte[] fullUrl;

  /** How the URL of an entry of another type begins. */
  private final Map<String, byte[]> fullUrls = new HashMap<>();

  private boolean any;
  private int ahead = -1;

  EntryWriter(Redactor redactor, View view, Envelope envelope, WindowWriter out) {
    this.redactor = redactor;
    this.view = view;
    this.envelope = envelope;
    this.out = out;
    this.base = envelope.rebase() == null ? "" : envelope.rebase().external() + "/";
    this.fullUrl = begin(envelope.type());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** How the URL of an entry of a type begins; null where its id is not shown. */
  private byte[] begin(String of) {
    return view.visibility(of + ".id") == View.Visibility.FULL
        ? ("\"fullUrl\":\"" + base + of + "/").getBytes(StandardCharsets.UTF_8)
        : null;
  }

  private byte[] fullUrl(String of) {
    return of.equals(envelope.type()) ? fullUrl : fullUrls.computeIfAbsent(of, this::begin);
  }

  /** A number of matches is known when the first entry comes; -1 for none. */
  void ahead(int total) {
    ahead = total;
  }

  /** Whether it was said. */
  boolean saidAhead() {
    return any && ahead >= 0;
  }

  /** Begins the next entry. */
  void next() {
    if (!any && ahead >= 0) {
      out.text(",\"total\":" + ahead);
    }
    out.bytes(any ? NEXT : FIRST);
    any = true;
  }

  /**
   * The entry of the resource that was walked last, without the "{" that it begins with.
   *
   * @param match whether it is a match and no include
   * @param request what made it, where the Bundle is of versions
   */
  void write(
      byte[] s, int from, int to, Fact fact, boolean match, EntryRequest request, Sink sink) {
    byte[] url = fullUrl(fact.type());
    String shown = shown(fact);
    String id = url != null && shown != null ? shown : "";
    if (!id.isEmpty()) {
      put(url, sink);
      put(ascii(id), sink);
      put(QUOTED, sink);
    }
    put(RESOURCE, sink);
    redactor.copy(s, from, to, sink);
    if (envelope.form().history()) {
      put(ascii("," + request.json(fact.type(), id)), sink);
    } else {
      put(match ? MATCH : INCLUDE, sink);
    }
  }

  /** What says that a resource was deleted; false where its id is not shown. */
  boolean deletion(Fact deleted, EntryRequest request) {
    byte[] url = fullUrl(deleted.type());
    String id = shown(deleted);
    if (url == null || id == null) {
      return false;
    }
    next();
    put(url, out);
    out.text(id + "\"," + request.json(deleted.type(), id));
    out.account(deleted, new int[0]);
    return true;
  }

  /** The id by which the caller may ask for a resource; null when it has none that can be told. */
  String shown(Fact fact) {
    if (view.pseudonyms() != null) {
      return view.pseudonyms().of(fact.type(), fact.id());
    }
    return Pseudonyms.plain(fact.id()) ? fact.id() : null;
  }

  private static void put(byte[] bytes, Sink sink) {
    sink.write(bytes, 0, bytes.length);
  }

  /** Ends the list of entries; FHIR's arrays are never empty, so perhaps there is none. */
  void end() {
    if (any) {
      out.bytes(END);
    }
  }
}
