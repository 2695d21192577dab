package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Where each month and class of a journal stands, and which holds are in force. */
public final class RetentionTable {
  private RetentionTable() {}

  /**
   * One month and class.
   *
   * @param key the name of the key that disposes of it
   * @param files roll files with a data key under it
   * @param frames records of the class, and their bytes
   * @param state {@code in use}, {@code kept until …}, {@code on hold by record N}, {@code
   *     eligible}, {@code disposed by record N}
   */
  public record Row(String key, int files, long frames, long bytes, String state) {}

  /**
   * A hold in force.
   *
   * @param seq the number of its record
   */
  public record HoldRow(
      long seq,
      String from,
      String to,
      String patient,
      String user,
      String authority,
      String reason,
      String by) {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * The months, oldest first.
   *
   * @throws JournalUnavailable when the journal is damaged or cannot be read
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot open a hold
   */
  public static List<Row> months(Path journal, Kms kms, RetentionPolicy policy, Instant now) {
    var scan = RetentionScan.of(journal, kms, "");
    var eligibility = new Eligibility(policy, now, Long.MAX_VALUE);
    var rows = new ArrayList<Row>();
    for (var month : scan.months().values()) {
      rows.add(
          new Row(
              month.key,
              month.files(),
              month.frames(),
              month.bytes(),
              eligibility.of(month, scan, List.of())));
    }
    return rows;
  }

  /** The holds, oldest first. Throws as {@link #months} does. */
  public static List<HoldRow> holds(Path journal, Kms kms) {
    var rows = new ArrayList<HoldRow>();
    RetentionScan.of(journal, kms, "")
        .holds()
        .forEach(
            (seq, h) ->
                rows.add(
                    new HoldRow(
                        seq,
                        h.from(),
                        h.to(),
                        h.patient(),
                        h.user(),
                        h.authority(),
                        h.reason(),
                        h.by())));
    return rows;
  }
}
