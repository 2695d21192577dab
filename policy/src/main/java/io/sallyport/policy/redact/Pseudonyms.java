package io.sallyport.policy.redact;

import io.sallyport.policy.AudienceKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Pseudonyms of one audience for the ids of resources: reversible by who has the key and by nobody
 * else, and ids themselves, so that a caller can ask by them. All are of one length, whatever the
 * ids: 64 characters of FHIR's id alphabet, which are the 48 bytes of AES-SIV over an id packed to
 * 32. Of an id that is too long for that a MAC is sealed, and the id is kept in a table by it:
 * nobody can tell which. An id of one type has another pseudonym than the same id of another type.
 *
 * <p>Safe for use from several threads.
 */
public final class Pseudonyms {
  /**
   * An id that is longer is kept in a table; where that cannot be, it has no pseudonym and is taken
   * out, and so are references to it.
   */
  public static final int ID_CHARS_MAX = 41;

  private static final int LENGTH = 64;
  private static final int PACKED_CHARS = 43;

  /** In the place of a packed id's length: the characters behind it are the tag of a kept one. */
  private static final int KEPT = 63;

  /** Characters of a tag: 246 bits. */
  private static final int TAG_CHARS = 41;

  /** Of a packed id: characters of 6 bits. FHIR's alphabet is Base64's but for one character. */
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final AudienceKey key;

  Pseudonyms(AudienceKey key) {
    this.key = key;
  }

  /**
   * The pseudonym of an id; null when it has none.
   *
   * @param type the resource type whose id it is
   */
  public String of(String type, String id) {
    if (!plain(id)) {
      return null;
    }
    boolean sealed = id.length() <= ID_CHARS_MAX;
    String tag = sealed ? "" : tag(type, id);
    if (!sealed && !key.keep(tag, id)) {
      return null;
    }
    // Its length, itself, and as much as makes all alike.
    String packed =
        sealed ? ALPHABET.charAt(id.length()) + id.replace('.', '_') : ALPHABET.charAt(KEPT) + tag;
    packed += "A".repeat(PACKED_CHARS - packed.length());
    byte[] secret = key.seal(Base64.getUrlDecoder().decode(packed), context(type));
    return Base64.getUrlEncoder().encodeToString(secret).replace('_', '.');
  }

  private String tag(String type, String id) {
    byte[] text = ("long id\n" + type + "\n" + id).getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().encodeToString(key.mac(text)).substring(0, TAG_CHARS);
  }

  /** The id of a pseudonym; null when it is none of this key and type. */
  public String id(String type, String pseudonym) {
    if (pseudonym.length() != LENGTH || !plain(pseudonym)) {
      return null;
    }
    byte[] sealed = Base64.getUrlDecoder().decode(pseudonym.replace('.', '_'));
    byte[] plain = key.open(sealed, context(type));
    if (plain == null) {
      return null;
    }
    String packed = Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
    int length = ALPHABET.indexOf(packed.charAt(0));
    if (length == KEPT) {
      return key.kept(packed.substring(1, 1 + TAG_CHARS));
    }
    return packed.substring(1, 1 + length).replace('_', '.');
  }

  private static byte[] context(String type) {
    return ("id\n" + type).getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether it is an id as FHIR writes them: {@code [A-Za-z0-9\-.]{1,64}}. */
  static boolean plain(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '-' && c != '.') {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= 64;
  }
}
