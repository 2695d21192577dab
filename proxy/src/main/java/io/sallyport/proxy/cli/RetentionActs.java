package io.sallyport.proxy.cli;

import io.sallyport.proxy.Operator;
import io.sallyport.proxy.RetentionDesk;
import io.sallyport.proxy.desk.DeskClient;
import io.sallyport.proxy.desk.DeskMessage;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.RetentionRefused;
import io.sallyport.proxy.journal.RetentionRequests;
import io.sallyport.proxy.kms.ApproverKey;
import io.sallyport.proxy.kms.KmsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** What {@code journal dispose} and {@code journal hold} share. */
final class RetentionActs {
  /** A disposal reads the whole journal. */
  private static final Duration PATIENCE = Duration.ofHours(6);

  private RetentionActs() {}

  /** Who asks: the user of this machine, and whom sudo made that. */
  static String who() {
    return Operator.name(System.getenv());
  }

  /** Runs what can be refused. */
  static <T> T refusing(Supplier<T> action) {
    try {
      return action.get();
    } catch (RetentionRefused e) {
      throw Failure.bad(e.getMessage());
    } catch (JournalUnavailable | KmsException e) {
      throw Failure.environment(e.getMessage(), e);
    }
  }

  /** Writes a request to a file, or to the terminal. */
  static void give(String request, Path to, PrintWriter out) {
    try {
      if (to == null) {
        out.print(request);
        out.flush();
      } else {
        Files.writeString(to, request);
      }
    } catch (IOException e) {
      throw Failure.environment("cannot write " + to, e);
    }
  }

  /** Shows a request and puts a signature under it, in its file. */
  static void approve(Path request, Path key, PrintWriter out) {
    String text = read(request);
    String signed = refusing(() -> RetentionRequests.approve(text, ApproverKey.open(key)));
    try {
      Path fresh = request.resolveSibling(request.getFileName() + ".new");
      Files.writeString(fresh, signed);
      Files.move(fresh, request, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw Failure.environment("cannot write " + request, e);
    }
    out.print(signed);
    out.println("signed");
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw Failure.environment(file + " is not there or cannot be read", e);
    }
  }

  /**
   * Has the appliance do it; or does it here, when none runs.
   *
   * @return what {@link RetentionDesk#act} says
   */
  static String act(JournalSource.Found found, String kind, Path request) {
    String note = read(request);
    DeskClient desk = new DeskClient(found.dir());
    try {
      if (desk.attended()) {
        DeskMessage answer =
            desk.ask(new DeskMessage(kind, Map.of(RetentionDesk.NOTE, note)), PATIENCE);
        if (answer.kind().equals(DeskMessage.DONE)) {
          return answer.field(RetentionDesk.RESULT);
        }
        throw Failure.bad("refused: " + answer.field(DeskMessage.WHY));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Failure.environment("the appliance cannot be asked: " + e.getMessage(), e);
    }
    return refusing(
        () -> {
          try (ChronicleJournal journal = JournalSource.open(found, -1)) {
            return RetentionDesk.act(
                RetentionDesk.alone(
                    journal, found.dir(), found.kms(), found.config(), Clock.systemUTC()),
                kind,
                note);
          }
        });
  }
}
