package io.sallyport.policy.redact;

/**
 * The bounds of one payload: one table for the whole product.
 *
 * @param depthMax nesting of objects and arrays
 * @param keyBytesMax bytes of an object key
 * @param numberBytesMax bytes of a number
 * @param stringBytesMax bytes of a string
 * @param resourceBytesMax bytes of one resource
 * @param binaryBytesMax bytes of a Binary, and of base64 anywhere
 */
public record Limits(
    int depthMax,
    int keyBytesMax,
    int numberBytesMax,
    int stringBytesMax,
    int resourceBytesMax,
    int binaryBytesMax) {
  public static final Limits DEFAULT = new Limits(256, 256, 100, 8 << 20, 8 << 20, 32 << 20);

  /** The largest resource of a type. */
  int bytesMax(String type) {
    return type.equals("Binary") ? binaryBytesMax : resourceBytesMax;
  }

  /** The depth of a container at {@code p}, one more than that of what it stands in. */
  int deeper(int p, int depth) {
    if (depth >= depthMax) {
      throw Text.malformed(p, "nested deeper than " + depthMax);
    }
    return depth + 1;
  }

  /** Checks the key whose quotes are at {@code p} and {@code end}. */
  void key(int p, int end) {
    if (end - p - 1 > keyBytesMax) {
      throw Text.malformed(p, "key is over " + keyBytesMax + " bytes");
    }
  }
}
