package io.sallyport.proxy.journal;

import java.time.Duration;

/**
 * How the journal is sealed and watched.
 *
 * @param checkpointMillis least time between checkpoints
 * @param heartbeatMillis a checkpoint is made after this time even when nothing happened: silence
 *     becomes evidence
 * @param certifyMillis the identity certifies the key of the first epoch that begins after this
 *     time, so that the way from its word to any checkpoint is at most a day's epochs long
 * @param witnessMillis least time between checkpoints that go to witnesses, and that the identity
 *     signs for them
 * @param watchMillis time between looks whether a file is gone or cut short
 * @param scrubMillis rest between two passes over all sealed records
 * @param scrubBytesPerMilli how fast such a pass reads at most
 * @param bootBytes a start reads at least so many bytes of frames again, if there are as many; and
 *     the identity certifies an epoch's key after so many, too, so that it need not read many more
 * @param outside who else knows how long the journal is
 */
record Sealing(
    long checkpointMillis,
    long heartbeatMillis,
    long certifyMillis,
    long witnessMillis,
    long watchMillis,
    long scrubMillis,
    long scrubBytesPerMilli,
    long bootBytes,
    Outside outside) {
  static final Sealing STANDARD =
      new Sealing(
          1_000,
          60_000,
          Duration.ofDays(1).toMillis(),
          60_000,
          1_000,
          20_000,
          50_000,
          128L << 20,
          Outside.NONE);

  Sealing with(Outside other) {
    return new Sealing(
        checkpointMillis,
        heartbeatMillis,
        certifyMillis,
        witnessMillis,
        watchMillis,
        scrubMillis,
        scrubBytesPerMilli,
        bootBytes,
        other);
  }
}
