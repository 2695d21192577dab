package io.sallyport.proxy;

import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.desk.DeskHandler;
import io.sallyport.proxy.desk.DeskMessage;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.Retention;
import io.sallyport.proxy.journal.RetentionPolicy;
import io.sallyport.proxy.journal.RetentionRefused;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import io.sallyport.proxy.siem.Exports;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Holds and disposals as they are asked for: at the desk of a running appliance, or by a command
 * that has the journal to itself.
 */
public final class RetentionDesk {
  /** The kinds of requests; each has a field {@link #NOTE}. */
  public static final String HOLD = "hold";

  public static final String RELEASE = "hold-release";
  public static final String DISPOSE = "dispose";

  /** The field of a request with the text that was signed, and its signatures. */
  public static final String NOTE = "note";

  /** The field of an answer that says what was done. */
  public static final String RESULT = "result";

  private RetentionDesk() {}

  /** What the desk of an appliance does. */
  static Map<String, DeskHandler> handlers(Retention retention) {
    return Map.of(
        HOLD, handler(note -> act(retention, HOLD, note)),
        RELEASE, handler(note -> act(retention, RELEASE, note)),
        DISPOSE, handler(note -> act(retention, DISPOSE, note)));
  }

  private static DeskHandler handler(Function<String, String> action) {
    return (request, late) -> {
      try {
        return new DeskMessage(DeskMessage.DONE, Map.of(RESULT, action.apply(request.field(NOTE))));
      } catch (RetentionRefused | JournalUnavailable | KmsException e) {
        throw new DeskHandler.Refused(e.getMessage());
      }
    };
  }

  /**
   * Does what a request of a kind asks for.
   *
   * @return the certificate of a disposal, the number of the record of a hold or its release
   * @throws RetentionRefused when it is refused
   */
  public static String act(Retention retention, String kind, String note) {
    return switch (kind) {
      case HOLD -> Long.toString(retention.hold(note));
      case RELEASE -> Long.toString(retention.release(note));
      case DISPOSE -> retention.dispose(note);
      default -> throw new IllegalArgumentException("no kind of request: " + kind);
    };
  }

  /**
   * Retention of a journal that this process has opened while no appliance runs.
   *
   * @param config null for none: then nobody may approve
   */
  public static Retention alone(
      ChronicleJournal journal, Path directory, Kms kms, Config config, Clock clock) {
    List<String> receivers =
        config == null ? List.of() : config.siem().stream().map(Config.Siem::name).toList();
    String key = journal.publicKeyLine();
    String origin = key.substring(0, key.indexOf('+'));
    return new Retention(
        journal,
        directory,
        kms,
        config == null ? RetentionPolicy.DEFAULT : config.journal().retention(),
        clock,
        () -> Exports.settled(directory.resolve(Appliance.EXPORT), origin, receivers));
  }
}
