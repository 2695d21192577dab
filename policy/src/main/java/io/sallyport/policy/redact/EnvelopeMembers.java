package io.sallyport.policy.redact;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What a searchset's envelope said besides its entries, as far as we need it. */
final class EnvelopeMembers {
  /** A searchset's envelope has some ten members; more are an attempt on our memory. */
  private static final int MEMBERS_MAX = 64;

  private final Set<String> keys = new HashSet<>();
  private final BundleLinks links = new BundleLinks();
  private String type = "";
  private int total = -1;

  boolean has(String key) {
    return keys.contains(key);
  }

  /** A member begins that was not there before. */
  void add(String key) {
    keys.add(key);
    if (keys.size() > MEMBERS_MAX) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "the Bundle's envelope has too many members");
    }
  }

  /**
   * Reads the value of a member, in {@code [from, to)}, when it was proven valid.
   *
   * @return what is wrong with it; null when nothing is
   */
  String read(Redactor redactor, String key, byte[] source, int from, int to) {
    byte[] value =
        Arrays.copyOf(Arrays.copyOfRange(source, from, to), to - from + Redactor.PADDING);
    redactor.validate(value, 0, to - from);
    return read(key, value, to - from);
  }

  /**
   * Reads the value of a member, in {@code [0, to)} with {@link Redactor#PADDING} behind it.
   *
   * @return what is wrong with it; null when nothing is
   */
  private String read(String key, byte[] value, int to) {
    switch (key) {
      case "resourceType" -> {
        return text(value, to).equals("Bundle") ? null : "not a Bundle";
      }
      case "type" -> type = text(value, to);
      case "link" -> links.read(value, to);
      case "total" -> total = number(value, to);
      default -> {}
    }
    return null;
  }

  private static String text(byte[] value, int to) {
    return value[0] == '"' ? Text.decode(value, 1, to - 1) : "";
  }

  /** An unsignedInt; -1 for anything else. */
  private static int number(byte[] value, int to) {
    String text = Text.decode(value, 0, to);
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
  }

  /** What the upstream says the number of matches is; -1 for nothing. */
  int total() {
    return total;
  }

  /** Whether it is a Bundle of this type. */
  boolean is(String wanted) {
    return has("resourceType") && type.equals(wanted);
  }

  BundleLinks links() {
    return links;
  }
}
