package io.sallyport.proxy;

import io.sallyport.proxy.desk.DeskHandler;
import io.sallyport.proxy.desk.DeskMessage;
import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * Records that somebody reads the journal by a command: what was left while no appliance ran, too.
 */
final class Readings implements DeskHandler {
  /** The kind of request that is answered here. */
  static final String KIND = "reading";

  private final Journal journal;

  Readings(Journal journal) {
    this.journal = journal;
  }

  @Override
  public DeskMessage handle(DeskMessage request, boolean late) throws Refused {
    var entry =
        new AdminEntry.JournalRead(
            request.field("who"),
            request.field("host"),
            request.field("command"),
            request.field("patient"),
            request.field("user"),
            request.field("filter"),
            request.field("asked"));
    try {
      var recorded = journal.append(entry, entry, EventClass.ADMIN).toCompletableFuture().join();
      return new DeskMessage(DeskMessage.DONE, Map.of("record", "" + recorded.sequence()));
    } catch (CompletionException e) {
      throw new Refused("the reading cannot be recorded: " + e.getCause().getMessage());
    }
  }

  @Override
  public boolean late() {
    return true;
  }
}
