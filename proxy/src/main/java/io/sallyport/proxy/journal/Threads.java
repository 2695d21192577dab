package io.sallyport.proxy.journal;

/** Waiting for the journal's own threads. */
final class Threads {
  private Threads() {}

  /**
   * Joins, keeping an interrupt for later: closing a journal half way is worse than a late exit.
   */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
