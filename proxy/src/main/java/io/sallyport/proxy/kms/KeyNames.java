package io.sallyport.proxy.kms;

import java.util.regex.Pattern;

/** What a key-encryption key may be called: a name that every provider can keep as it is. */
public final class KeyNames {
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?");

  private KeyNames() {}

  /**
   * Hands a name back.
   *
   * @throws KmsException when it is none
   */
  public static String check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new KmsException(
          "not the name of a key: '" + name + "'; write a-z, 0-9 and -, at most 64", null);
    }
    return name;
  }

  /** What is said of a key that is not there. */
  public static KmsException absent(String name, String service) {
    return new KmsException(
        "there is no key " + name + " in " + service + ": never made, or destroyed", null);
  }
}
