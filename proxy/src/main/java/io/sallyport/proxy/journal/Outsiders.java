package io.sallyport.proxy.journal;

import java.nio.file.Path;

/** Those who hold the journal against its checkpoints, each on a thread of its own. */
final class Outsiders {
  /** How long a close waits for an anchor's volume, and for witnesses. */
  private static final long LAST_MILLIS = 5_000;

  private final Follower anchoring;
  private final Follower witnessing;
  private final Watch watch;

  Outsiders(
      Path directory,
      Settings settings,
      Identity identity,
      BootScan boot,
      ChronicleJournal journal) {
    anchoring = new Follower("anchor", boot.anchors()::put);
    var witnesses = new Witnessing(directory, settings, identity, journal);
    watch = new Watch(directory, boot.run() + 1, settings.sealing(), journal);
    watch.sealed(boot.last() == null ? 0 : boot.last().size());
    witnessing = witnesses.none() ? null : new Follower("witness", witnesses::cosign);
  }

  void start() {
    anchoring.start();
    watch.start();
    if (witnessing != null) {
      witnessing.start();
    }
  }

  /** A checkpoint is in the log. Never waits. */
  void tell(Checkpoint checkpoint) {
    anchoring.tell(checkpoint);
    watch.sealed(checkpoint.size());
    if (witnessing != null) {
      witnessing.tell(checkpoint);
    }
  }

  long passes() {
    return watch.passes();
  }

  void stop() {
    watch.stop();
    anchoring.stop(LAST_MILLIS);
    if (witnessing != null) {
      witnessing.stop(LAST_MILLIS);
    }
  }
}
