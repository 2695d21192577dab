package io.sallyport.policy.redact;

/**
 * The bounds of one payload: one table for the whole product.
 *
 * @param depthMax nesting of objects and arrays
 * @param keyBytesMax bytes of an object key
 * @param numberBytesMax bytes of a number
 * @param stringBytesMax bytes of a string
 * @param resourceBytesMax bytes of one resource
 */
public record Limits(
    int depthMax, int keyBytesMax, int numberBytesMax, int stringBytesMax, int resourceBytesMax) {
  public static final Limits DEFAULT = new Limits(256, 256, 100, 8 << 20, 8 << 20);
}
