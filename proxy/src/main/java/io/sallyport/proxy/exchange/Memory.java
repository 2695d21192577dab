package io.sallyport.proxy.exchange;

/**
 * What exchanges remember of the time before the start.
 *
 * @param admission what must be before anybody is served: it knows who was seen
 * @param grants the glass that was broken
 */
public record Memory(Admission admission, OpenGrants grants) {
  /** Nothing, and nobody's log-in is recorded. */
  public static final Memory NONE = new Memory(Admission.FREE, new OpenGrants());
}
