package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * What the journal takes from the world around it; tests take other things.
 *
 * @param clock the time that frames say
 * @param nanos elapsed time, which nobody sets; it alone decides when files roll
 * @param force makes a file durable
 * @param fill writes a roll file out before it is used
 * @param forceMillis how long a record of the process class may wait for the disk
 * @param sealing how it is sealed and watched
 * @param limits what an operator may tune
 */
record Settings(
    Clock clock,
    LongSupplier nanos,
    Force force,
    Fill fill,
    long forceMillis,
    Sealing sealing,
    JournalLimits limits) {

  /** How a file is made durable. */
  interface Force {
    void force(FileChannel channel) throws IOException;
  }

  /** How a file is written out. */
  interface Fill {
    void write(FileChannel channel, ByteBuffer zeros) throws IOException;
  }

  static Settings standard(Clock clock, JournalLimits limits) {
    // Chronicle's sync() defaults to MS_ASYNC, which is a no-op on Linux; even SYNC leaves holes at
    // block ends. force() covers the file and throws (measured: all forced records survive).
    return new Settings(
        clock,
        System::nanoTime,
        channel -> channel.force(false),
        FileChannel::write,
        10,
        Sealing.STANDARD,
        limits);
  }

  Settings with(Outside outside) {
    return new Settings(clock, nanos, force, fill, forceMillis, sealing.with(outside), limits);
  }
}
