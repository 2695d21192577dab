package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * One pass over a journal that adds up what lies under which month's key, and finds the holds in
 * force. Only holds are decrypted. Works beside the writer.
 */
final class RetentionScan {
  private final Path journal;
  private final String wanted;
  private final NavigableMap<String, MonthRecords> months = new TreeMap<>();
  private final NavigableMap<Long, HoldRequest> holds = new TreeMap<>();
  private final Disposals disposals = new Disposals();
  private final String origin;
  private KeyOpening opening;

  private RetentionScan(Path journal, String origin, String wanted) {
    this.journal = journal;
    this.origin = origin;
    this.wanted = wanted;
  }

  /**
   * @param wanted the key whose wrapped data keys are wanted; "" for none
   * @throws JournalUnavailable when the journal is damaged or cannot be read
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open a hold
   */
  static RetentionScan of(Path journal, Kms kms, String wanted) {
    try (var walk = new JournalWalk(journal)) {
      var origin = Origin.name(journal);
      var scan = new RetentionScan(journal, origin, wanted);
      var identity = LogKey.of(origin, kms.identity());
      var decryption = new Decryption(journal, origin, kms);
      while (walk.next()) {
        scan.frame(walk, decryption, identity);
      }
      return scan;
    } catch (JournalWalk.Broken e) {
      throw new JournalUnavailable(
          "record " + e.seq + " is damaged at " + e.place + ": " + e.getMessage(), e);
    } catch (Frame.Malformed | IllegalArgumentException e) {
      throw new JournalUnavailable("the journal in " + journal + " holds what is no record", e);
    } catch (IOException e) {
      throw new JournalUnavailable("cannot read the journal in " + journal, e);
    }
  }

  private void frame(JournalWalk walk, Decryption decryption, LogKey identity)
      throws IOException, Frame.Malformed {
    var header = walk.header();
    switch (header.type()) {
      case KEY_OPEN -> {
        opening = KeyOpening.parse(decryption.open(walk));
        open(header, journal.relativize(walk.file()).toString());
      }
      case DISPOSAL, VAULT -> disposals.frame(walk, identity);
      case HOLD, HOLD_RELEASED -> hold(header, decryption.open(walk));
      default -> {}
    }
    if (header.type().encrypted) {
      month(opening.of(header.retention()).kek()).frame(header);
    }
  }

  private void open(Frame.Header header, String file) {
    for (var key : opening.keys()) {
      boolean kept = key.kek().equals(wanted);
      month(key.kek())
          .file(file, kept ? new MonthRecords.Opened(header.run(), header.key(), opening) : null);
    }
  }

  // One of a key that was disposed of was released before that, or the key would be there.
  private void hold(Frame.Header header, byte[] body) {
    if (body == null) {
      return;
    }
    var entry = PayloadReader.read(header.type(), body);
    if (entry instanceof JournalEntry.HoldReleased released) {
      holds.remove(released.hold());
    } else if (entry instanceof JournalEntry.Hold hold) {
      var request = RetentionRequest.parse(origin, Note.parse(hold.note()).text());
      holds.put(header.seq(), (HoldRequest) request);
    }
  }

  private MonthRecords month(String key) {
    return months.computeIfAbsent(key, MonthRecords::new);
  }

  /** What lies under each key, by its name. */
  Map<String, MonthRecords> months() {
    return months;
  }

  /** The holds in force, by the number of their record. */
  NavigableMap<Long, HoldRequest> holds() {
    return holds;
  }

  Disposals disposals() {
    return disposals;
  }

  String origin() {
    return origin;
  }

  /** Whether the newest file has a data key under it: it may be written now. */
  boolean inUse(String key) {
    return opening != null && opening.keys().stream().anyMatch(k -> k.kek().equals(key));
  }
}
