package io.sallyport.proxy.desk;

/**
 * Does what requests of one kind ask for. Called on the thread {@code desk}, one request after the
 * other: whoever asks next waits.
 */
public interface DeskHandler {
  /**
   * Handles a request.
   *
   * @param late nobody waits for the answer: it was left while no appliance ran
   * @return the answer, usually {@link DeskMessage#DONE}
   * @throws Refused when nothing was done; its message goes to who asked
   */
  DeskMessage handle(DeskMessage request, boolean late) throws Refused;

  /**
   * Whether a request that was left while no appliance ran is still handled at the next start. What
   * is not, is told as refused.
   */
  default boolean late() {
    return false;
  }

  /** A request that is not done. The message is for people and holds no data: it is recorded. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong, and how to mend it
     */
    public Refused(String message) {
      super(message);
    }
  }
}
