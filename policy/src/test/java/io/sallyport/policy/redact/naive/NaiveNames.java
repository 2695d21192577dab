package io.sallyport.policy.redact.naive;

import io.sallyport.policy.TestKey;
import io.sallyport.policy.redact.naive.Fhir.Found;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What stands in the place of ids where a policy has pseudonyms, said once more. */
public final class NaiveNames {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";

  private final Fhir fhir = Fhir.r4();
  private final TestKey key;
  private final String upstream;
  private final String external;

  /**
   * @param upstream the record system's base
   * @param external ours
   */
  public NaiveNames(String key, String upstream, String external) {
    this.key = TestKey.of(key);
    this.upstream = upstream;
    this.external = external;
  }

  String upstream() {
    return upstream;
  }

  /** The pseudonym of an id; null when it has none. */
  public String pseudonym(String type, String id) {
    boolean plain = id.chars().allMatch(c -> c < 128 && LETTERS.indexOf(c) >= 0);
    if (id.isEmpty() || id.length() > 41 || !plain) {
      return null;
    }
    BigInteger packed = BigInteger.valueOf(id.length());
    for (int i = 0; i < 42; i++) {
      int letter = i < id.length() ? LETTERS.indexOf(id.charAt(i)) : 0;
      packed = packed.multiply(BigInteger.valueOf(64)).add(BigInteger.valueOf(letter));
    }
    byte[] plainBytes = bytes(packed.shiftRight(2), 32);
    byte[] context = ("id\n" + type).getBytes(StandardCharsets.UTF_8);
    BigInteger sealed = new BigInteger(1, key.seal(plainBytes, context));
    StringBuilder pseudonym = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      pseudonym.append(LETTERS.charAt(sealed.shiftRight(6 * (63 - i)).intValue() & 63));
    }
    return pseudonym.toString();
  }

  private static byte[] bytes(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    byte[] out = new byte[length];
    for (int i = 0; i < Math.min(length, bytes.length); i++) {
      out[length - 1 - i] = bytes[bytes.length - 1 - i];
    }
    return out;
  }

  /** A primitive as it is shown; null when it goes. */
  Tree of(Raw value, Place place, Found found, boolean contained) {
    String name = found.element().name();
    boolean id = place.root() && name.equals("id");
    boolean reference = place.type().equals("Reference") && name.equals("reference");
    boolean names = Set.of("uri", "url", "canonical", "uuid").contains(found.type());
    if (!value.isText() || !(id || reference || names)) {
      return value;
    }
    String text = value.text();
    String shown =
        id
            ? pseudonym(contained ? "#" : place.type(), text)
            : url(text, reference || found.type().equals("url"));
    if (shown == null) {
      return null;
    }
    return shown.equals(text) ? value : new Raw('"' + shown + '"');
  }

  private String url(String text, boolean leads) {
    if (text.startsWith("#")) {
      String inside = text.substring(1);
      String pseudonym = inside.isEmpty() ? "" : pseudonym("#", inside);
      return pseudonym == null ? null : "#" + pseudonym;
    }
    boolean ours = upstream != null && ours(text);
    String path = ours ? text.substring(upstream.length()) : "/" + text;
    List<String> parts = Arrays.asList(path.split("/", -1));
    boolean versioned = parts.size() == 5 && parts.get(3).equals("_history");
    boolean literal =
        (parts.size() == 3 || (versioned && id(parts.get(4))))
            && parts.get(0).isEmpty()
            && parts.get(1).matches("[A-Z][A-Za-z]{1,63}")
            && id(parts.get(2));
    if (literal) {
      String type = parts.get(1);
      String pseudonym = fhir.resources().contains(type) ? pseudonym(type, parts.get(2)) : null;
      return pseudonym == null ? null : (ours ? external + "/" : "") + type + "/" + pseudonym;
    }
    return leads || ours || mayLead(text) ? null : text;
  }

  private boolean ours(String text) {
    if (!text.toLowerCase(Locale.ROOT).startsWith(upstream.toLowerCase(Locale.ROOT))) {
      return false;
    }
    String rest = text.substring(upstream.length());
    return rest.isEmpty() || "/?#\\".indexOf(rest.charAt(0)) >= 0;
  }

  private static boolean id(String text) {
    return !text.isEmpty()
        && text.length() <= 64
        && text.chars().allMatch(c -> c < 128 && LETTERS.indexOf(c) >= 0);
  }

  private boolean mayLead(String text) {
    int colon = text.indexOf(':');
    String scheme = colon < 1 ? "" : text.substring(0, colon);
    boolean absolute =
        !scheme.isEmpty()
            && Character.isLetter(scheme.charAt(0))
            && scheme
                .chars()
                .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || "+.-".indexOf(c) >= 0));
    if (!absolute) {
      return text.indexOf('/') >= 0 || text.indexOf('?') >= 0 || text.indexOf('#') >= 0;
    }
    if (scheme.equalsIgnoreCase("urn")
        && text.length() >= 9
        && text.substring(4, 9).equalsIgnoreCase("uuid:")) {
      return true;
    }
    for (String type : fhir.resources()) {
      int at = fhir.find(type, "url") == null ? text.indexOf("/" + type + "/") : -1;
      for (; at >= 0; at = text.indexOf("/" + type + "/", at + 1)) {
        int behind = at + type.length() + 2;
        if (behind < text.length() && id(text.substring(behind, behind + 1))) {
          return true;
        }
      }
    }
    return false;
  }
}
