package io.sallyport.policy.redact;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The request of an entry of a history, as it is written anew: the method that made the version,
 * and a URL of ours. Nothing of the upstream's URL is passed on but a type and an id.
 */
final class EntryRequest {
  private static final byte[] METHOD = TypeSkim.key("method");
  private static final byte[] URL = TypeSkim.key("url");
  private static final Pattern RESOURCE =
      Pattern.compile("(?:.*/)?([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\\-.]{1,64})");

  private String method = "";
  private String url = "";

  void clear() {
    method = "";
    url = "";
  }

  /** Reads a validated object at {@code p}. */
  void read(byte[] s, int p) {
    String found = TypeSkim.member(s, p, METHOD);
    method = found == null ? "" : found;
    found = TypeSkim.member(s, p, URL);
    url = found == null ? "" : found;
  }

  /** The resource that was deleted, with no facts besides; null when it was none. */
  Fact deleted() {
    Matcher resource = RESOURCE.matcher(url);
    return method.equals("DELETE") && resource.matches()
        ? new Fact(resource.group(1), resource.group(2), java.util.List.of())
        : null;
  }

  /**
   * The members request and response of an entry, behind a comma.
   *
   * @param id "" where it is not shown
   */
  String json(String type, String id) {
    boolean created = method.equals("POST");
    boolean deleted = method.equals("DELETE");
    String how = created || deleted ? method : "PUT";
    String where = created || id.isEmpty() ? type : type + "/" + id;
    String status = created ? "201" : deleted ? "204" : "200";
    return "\"request\":{\"method\":\""
        + how
        + "\",\"url\":\""
        + where
        + "\"},\"response\":{\"status\":\""
        + status
        + "\"}}";
  }
}
