package io.sallyport.proxy.journal;

import java.io.IOException;

/** Something was not written, and nothing of it was: it can be tried again when there is room. */
final class NoRoom extends IOException {
  private static final long serialVersionUID = 1L;

  NoRoom(IOException cause) {
    super("not written", cause);
  }
}
