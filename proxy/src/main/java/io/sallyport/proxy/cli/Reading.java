package io.sallyport.proxy.cli;

import io.sallyport.proxy.Operator;
import io.sallyport.proxy.desk.DeskClient;
import io.sallyport.proxy.desk.DeskMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A reading of the journal by a command, which is recorded there before anything is shown.
 *
 * @param command as {@code journal show}
 * @param patient whose records are asked for; "" for all
 * @param user whose accesses are asked for; "" for all
 * @param filter what else is asked for
 */
record Reading(String command, String patient, String user, String filter) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Has it recorded: by the appliance that holds the journal, or at its next start. A copy that
   * nobody can write is only read.
   *
   * @param err where it says what is not recorded yet, or not at all
   */
  void record(Path journal, PrintWriter err) {
    try {
      var desk = new DeskClient(journal);
      if (desk.attended()) {
        var answer = desk.ask(message(), PATIENCE);
        if (answer.kind().equals(DeskMessage.REFUSED)) {
          throw Failure.environment("nothing is shown: " + answer.field(DeskMessage.WHY), null);
        }
      } else if (Files.isWritable(journal)) {
        desk.leave(message());
        err.println(
            "no appliance writes this journal now: this reading is recorded at its next start");
      } else {
        err.println("this journal cannot be written: this reading of it is recorded nowhere");
      }
      err.flush();
    } catch (IOException e) {
      throw Failure.environment(
          "nothing is shown, because the reading cannot be recorded: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.FileSystemException
        ? "the desk of the journal is not ours to write: " + e.getMessage()
        : e.getMessage();
  }

  private DeskMessage message() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("who", Operator.name(System.getenv()));
    fields.put("host", host());
    fields.put("command", command);
    fields.put("patient", patient);
    fields.put("user", user);
    fields.put("filter", filter);
    fields.put("asked", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    return new DeskMessage("reading", fields);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  @Override
  public String toString() {
    return "[phi]";
  }
}
