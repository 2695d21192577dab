package io.sallyport.policy.fhir;

/**
 * Reads method, path and query as a FHIR interaction. Closed world: what is not understood is
 * refused, nothing is normalised. Stateless but for its definitions.
 */
public final class InteractionParser {
  public InteractionParser(Definitions definitions) {}

  /**
   * @param method as on the wire: GET or POST (other methods are INTERACTION_NOT_SUPPORTED)
   * @param path raw path below the route's base, without a leading slash: {@code Patient/123}
   * @param query raw query, null when none
   * @param contentType of the body, "" when none
   * @param form the body of a POST {@code _search}, null when there is no body
   * @throws io.sallyport.policy.Refusal MALFORMED_REQUEST, UNKNOWN_PARAMETER, NOT_ACCEPTABLE (by
   *     {@code _format}), UNSUPPORTED_MEDIA_TYPE, INTERACTION_NOT_SUPPORTED, UNKNOWN_ROUTE
   */
  public Interaction parse(
      String method, String path, String query, String contentType, byte[] form) {
    throw new IllegalStateException("parser");
  }

  /**
   * The canonical relative URL: {@code Patient/123}, {@code Patient?name=a%20b}, {@code metadata}.
   */
  public static String canonical(Interaction interaction) {
    throw new IllegalStateException("parser");
  }
}
