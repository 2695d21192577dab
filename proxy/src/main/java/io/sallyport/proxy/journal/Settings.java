package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * What the journal takes from the world around it; tests take other things.
 *
 * @param clock the time that frames say
 * @param nanos elapsed time, which nobody sets; it alone decides when files roll
 * @param force makes a file durable
 * @param forceMillis how long a record of the process class may wait for the disk
 * @param sealing how it is sealed and watched
 */
record Settings(Clock clock, LongSupplier nanos, Force force, long forceMillis, Sealing sealing) {

  /** How a file is made durable. */
  interface Force {
    void force(FileChannel channel) throws IOException;
  }

  static Settings standard(Clock clock) {
    // Chronicle's sync() defaults to MS_ASYNC, which is a no-op on Linux; even SYNC leaves holes at
    // block ends. force() covers the file and throws (measured: all forced records survive).
    return new Settings(
        clock, System::nanoTime, channel -> channel.force(false), 10, Sealing.STANDARD);
  }
}
