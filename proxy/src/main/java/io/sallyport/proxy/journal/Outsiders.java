package io.sallyport.proxy.journal;

import java.nio.file.Path;

/** Tells every checkpoint to those outside, each on a thread of its own. */
final class Outsiders {
  /** How long a close waits for an anchor's volume, and for witnesses. */
  private static final long LAST_MILLIS = 5_000;

  private final Follower anchoring;
  private final Follower witnessing;

  Outsiders(
      Path directory,
      Settings settings,
      Identity identity,
      Anchors anchors,
      ChronicleJournal journal) {
    anchoring = new Follower("anchor", anchors::put);
    var witnesses = new Witnessing(directory, settings, identity, journal);
    witnessing = witnesses.none() ? null : new Follower("witness", witnesses::cosign);
  }

  void start() {
    anchoring.start();
    if (witnessing != null) {
      witnessing.start();
    }
  }

  /** A checkpoint is in the log. Never waits. */
  void tell(Checkpoint checkpoint) {
    anchoring.tell(checkpoint);
    if (witnessing != null) {
      witnessing.tell(checkpoint);
    }
  }

  void stop() {
    anchoring.stop(LAST_MILLIS);
    if (witnessing != null) {
      witnessing.stop(LAST_MILLIS);
    }
  }
}
