package io.sallyport.proxy.desk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command's side of the desk. One thread. */
public final class DeskClient {
  private static final long LOOK_MILLIS = 20;

  private final Path journal;
  private final Path desk;

  /**
   * @param journal the journal's directory
   */
  public DeskClient(Path journal) {
    this.journal = journal;
    this.desk = DeskFiles.of(journal);
  }

  /**
   * Whether an appliance sits at the desk.
   *
   * @throws IOException when that cannot be found out: the directory is somebody else's
   */
  public boolean attended() throws IOException {
    var file = desk.resolve(DeskFiles.LOCK);
    if (!Files.exists(file)) {
      return false;
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        var lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // it is this very process
    }
  }

  /**
   * Puts a request on the desk and waits for its answer.
   *
   * @param patience how long to wait at most
   * @throws IOException when nothing can be put there, or no answer came; then the request is taken
   *     back, unless it is being handled
   */
  public DeskMessage ask(DeskMessage request, Duration patience) throws IOException {
    var file = put(request);
    var name = file.getFileName().toString().replace(DeskFiles.REQUEST, DeskFiles.ANSWER);
    var answer = desk.resolve(name);
    long end = System.nanoTime() + patience.toNanos();
    while (!Files.exists(answer, LinkOption.NOFOLLOW_LINKS)) {
      if (System.nanoTime() - end > 0 || !attended()) {
        boolean back = Files.deleteIfExists(file);
        if (Files.exists(answer, LinkOption.NOFOLLOW_LINKS)) {
          break;
        }
        throw new IOException(
            "the appliance did not answer"
                + (back ? "; the request is taken back" : ", but may have begun: look at the log"));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
    try {
      return DeskMessage.parse(DeskFiles.read(answer));
    } catch (IllegalArgumentException e) {
      throw new IOException("the appliance's answer cannot be read: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(answer);
    }
  }

  /**
   * Leaves a request for the next start of an appliance, on the disk.
   *
   * @throws IOException when nothing can be put there
   */
  public void leave(DeskMessage request) throws IOException {
    put(request);
    try (var directory = FileChannel.open(desk, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private Path put(DeskMessage request) throws IOException {
    if (!Files.isDirectory(journal)) {
      throw new NoSuchFileException(journal.toString());
    }
    DeskFiles.make(journal);
    var id =
        String.format("%013d-%016x", System.currentTimeMillis(), new SecureRandom().nextLong());
    var file = desk.resolve(id + DeskFiles.REQUEST);
    DeskFiles.write(file, request.bytes());
    return file;
  }
}
