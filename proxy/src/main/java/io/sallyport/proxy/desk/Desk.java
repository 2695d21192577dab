package io.sallyport.proxy.desk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The appliance's side: looks four times a second what was put on the desk, hands each request to
 * the handler of its kind, and puts the answer beside it. While it is open it holds the desk's
 * lock, so that a command knows whether somebody is there; the journal's own lock sees to it that
 * there is only one.
 */
public final class Desk implements AutoCloseable {
  /** What is looked at in one round: the rest comes in the next. */
  private static final int FILES_MAX = 256;

  private static final long ROUND_MILLIS = 250;

  /** An answer that nobody took is removed after this. */
  private static final long UNTAKEN_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

  private final Path desk;
  private final Map<String, DeskHandler> handlers;
  private final BiConsumer<String, String> alerts;
  private final FileChannel lock;
  private final Thread thread;
  private volatile boolean closing;

  /**
   * Opens the desk of a journal. What was left there while no appliance ran is handled before this
   * returns, or refused.
   *
   * @param journal the journal's directory, whose lock the caller holds
   * @param handlers by kind: the only kinds there are
   * @param alerts told what was not done that nobody is told of otherwise: a word, and what
   * @throws IOException when there is no place for it
   */
  public static Desk open(
      Path journal, Map<String, DeskHandler> handlers, BiConsumer<String, String> alerts)
      throws IOException {
    var desk = new Desk(DeskFiles.make(journal), handlers, alerts);
    desk.round(true);
    desk.thread.start();
    return desk;
  }

  private Desk(Path desk, Map<String, DeskHandler> handlers, BiConsumer<String, String> alerts)
      throws IOException {
    this.desk = desk;
    this.handlers = Map.copyOf(handlers);
    this.alerts = alerts;
    lock =
        FileChannel.open(
            desk.resolve(DeskFiles.LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock.lock(); // a command tries it for a moment only
    thread = new Thread(this::run, "desk");
    thread.setDaemon(true);
  }

  private void run() {
    while (!closing) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ROUND_MILLIS));
      try {
        round(false);
      } catch (IOException | RuntimeException e) {
        LOG.warn("desk: cannot look at what is there", e);
      }
    }
  }

  private void round(boolean late) throws IOException {
    var files = present();
    for (var file : files) { // before the answers go: one may say that a request is done
      var name = file.getFileName().toString();
      if (name.endsWith(DeskFiles.REQUEST)) {
        answer(file, name.substring(0, name.length() - DeskFiles.REQUEST.length()), late);
      }
    }
    for (var file : files) {
      if (late || untaken(file)) {
        Files.deleteIfExists(file); // half a message, or an answer for nobody
      }
    }
  }

  // Requests in the order of their names, which begin with the time.
  private List<Path> present() throws IOException {
    var files = new ArrayList<Path>();
    try (var all = Files.newDirectoryStream(desk)) {
      for (var file : all) {
        if (!file.getFileName().toString().equals(DeskFiles.LOCK) && files.size() < FILES_MAX) {
          files.add(file);
        }
      }
    }
    files.sort(null);
    return files;
  }

  private static boolean untaken(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    var changed = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
    return System.currentTimeMillis() - changed.toMillis() > UNTAKEN_MILLIS;
  }

  private void answer(Path file, String id, boolean late) throws IOException {
    var answer = desk.resolve(id + DeskFiles.ANSWER);
    if (!Files.exists(answer, LinkOption.NOFOLLOW_LINKS)) { // else a kill came between
      var said = handled(file, late);
      if (late) {
        if (said.kind().equals(DeskMessage.REFUSED)) {
          alerts.accept("desk-refused", id + ": " + said.field(DeskMessage.WHY));
        }
      } else if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        DeskFiles.write(answer, said.bytes());
      }
    }
    Files.deleteIfExists(file);
  }

  private DeskMessage handled(Path file, boolean late) {
    try {
      var request = DeskMessage.parse(DeskFiles.read(file));
      var handler = handlers.get(request.kind());
      if (handler == null) {
        return DeskMessage.refused("the appliance knows no requests of kind " + request.kind());
      }
      if (late && !handler.late()) {
        return DeskMessage.refused(
            "a request of kind " + request.kind() + " was left while no appliance ran: ask again");
      }
      return handler.handle(request, late);
    } catch (DeskHandler.Refused e) {
      return DeskMessage.refused(e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      return DeskMessage.refused("not a request: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("desk: a request failed", e);
      return DeskMessage.refused("it failed: see the appliance's log");
    }
  }

  /** Handles what is there and leaves: requests that come later wait for the next start. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("desk: lock not released", e); // the kernel frees it with the process
    }
  }
}
