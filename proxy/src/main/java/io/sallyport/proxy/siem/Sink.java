package io.sallyport.proxy.siem;

import java.io.IOException;

/** Where records go. One file a kind. One thread; whatever it throws, it is opened anew. */
interface Sink extends AutoCloseable {
  /** Hands a record over. It may not be there before {@link #barrier}. */
  void send(Event event, String text) throws IOException;

  /** Returns when the receiver has read everything sent so far. */
  void barrier() throws IOException;

  /**
   * Looks whether the receiver is still there.
   *
   * @throws IOException when it is not: what it had not kept yet may be lost
   */
  void check() throws IOException;

  @Override
  void close();
}
