package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The labels that a partial view carries: REDACTED in {@code meta.security} says why, ABSTRED
 * beside it that values are shown less exactly, PSEUDED that names stand for others, SUBSETTED in
 * {@code meta.tag} keeps servers from storing it. They depend on the view, never on whether
 * something was there to hide: otherwise the tag would tell.
 */
final class Tags {
  private static final String SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  private final boolean any;
  private final byte[] security;
  private final byte[] tag;
  private final byte[] securityList;
  private final byte[] tagList;
  private final byte[] bothLists;
  private final byte[] meta;

  /**
   * @param made what of {@link Labels} is shown changed
   */
  Tags(Set<String> tags, int made) {
    List<String> codes = new ArrayList<>();
    if (tags.contains("REDACTED")) {
      codes.add(coding("REDACTED"));
    }
    if ((made & Labels.ABSTRED) != 0 && tags.contains("ABSTRED")) {
      codes.add(coding("ABSTRED"));
    }
    if ((made & Labels.PSEUDED) != 0 && tags.contains("PSEUDED")) {
      codes.add(coding("PSEUDED"));
    }
    String redacted = String.join(",", codes);
    String subsetted = tags.contains("SUBSETTED") ? coding("SUBSETTED") : "";
    String securities = redacted.isEmpty() ? "" : "\"security\":[" + redacted + "],";
    String labels = subsetted.isEmpty() ? "" : "\"tag\":[" + subsetted + "],";
    String both = securities + labels;
    any = !both.isEmpty();
    security = bytes(redacted.isEmpty() ? "" : redacted + ",");
    tag = bytes(subsetted.isEmpty() ? "" : subsetted + ",");
    securityList = bytes(securities);
    tagList = bytes(labels);
    bothLists = bytes(both);
    meta = bytes(any ? ",\"meta\":{" + both.substring(0, both.length() - 1) + "}" : "");
  }

  private static String coding(String code) {
    return "{\"system\":\"" + SYSTEM + "\",\"code\":\"" + code + "\"}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Puts the labels where the walk found a place for them. */
  void insert(Findings found, Edits edits) {
    TagPlaces places = found.tags;
    if (!any) {
      return;
    }
    if (places.meta < 0) {
      edits.insert(found.typeEnd, meta);
      return;
    }
    boolean listed = places.security >= 0;
    boolean labelled = places.tag >= 0;
    if (listed) {
      edits.insert(places.security, security);
    }
    if (labelled) {
      edits.insert(places.tag, tag);
    }
    if (!listed || !labelled) {
      edits.insert(places.meta, listed ? tagList : labelled ? securityList : bothLists);
    }
  }
}
