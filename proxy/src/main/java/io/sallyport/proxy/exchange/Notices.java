package io.sallyport.proxy.exchange;

/**
 * Who tells others what they must hear of. The exchange owns this and {@code ops} implements it.
 */
public interface Notices {
  /**
   * Takes a notice that is in the journal. Returns at once and never fails: nobody waits for it.
   */
  void send(Notice notice);
}
