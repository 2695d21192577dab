package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A directory for the files of a run, which goes with it, also when a signal ends the run. */
final class ScratchDirectory implements AutoCloseable {
  /** The servers that a signal takes along need some seconds and write to their last. */
  private static final int TRIES = 60;

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Path path;
  private final Thread lastResort = new Thread(this::removeAtLast, "remove-scratch");

  private ScratchDirectory(Path path) {
    this.path = path;
  }

  static ScratchDirectory make() throws IOException {
    ScratchDirectory made = new ScratchDirectory(Files.createTempDirectory("sallyport-compare"));
    Runtime.getRuntime().addShutdownHook(made.lastResort);
    return made;
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException ending) {
      return; // the hook does it, when the servers have ended
    }
    remove();
  }

  private void removeAtLast() {
    for (int i = 0; i < TRIES && Files.exists(path); i++) {
      try {
        remove();
      } catch (IOException stillWritten) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void remove() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(path)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException gone) {
      return;
    } catch (java.io.UncheckedIOException changing) {
      throw changing.getCause();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
