package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What lies under the key of a month and class, as a scan adds it up. The month is when the data
 * keys were wrapped: the last of them, made ahead, may encrypt the first hours of the next month.
 */
final class MonthRecords {
  /** A roll file's data key, as it was wrapped. */
  record Opened(int run, int number, KeyOpening opening) {}

  final String key;
  private final MessageDigest names;
  private final List<Opened> opened = new ArrayList<>();
  private int files;
  private long frames;
  private long bytes;
  private long first = -1;
  private long last = -1;
  private long oldestMicros;
  private long newestMicros;

  MonthRecords(String key) {
    this.key = key;
    try {
      names = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * @param opening kept where it is to be tried later; null where not
   */
  void file(String name, Opened opening) {
    files++;
    names.update((name + "\n").getBytes(UTF_8));
    if (opening != null) {
      opened.add(opening);
    }
  }

  void frame(Frame.Header header) {
    if (first < 0) {
      first = header.seq();
      oldestMicros = header.micros();
      newestMicros = header.micros();
    }
    last = header.seq();
    frames++;
    bytes += Frame.HEADER + header.length();
    oldestMicros = Math.min(oldestMicros, header.micros()); // a wall clock can be set back
    newestMicros = Math.max(newestMicros, header.micros());
  }

  YearMonth month() {
    return DisposalRequest.month(key);
  }

  RetentionClass retention() {
    return DisposalRequest.retention(key);
  }

  /** As a request names them. Ends the adding up. */
  DisposalRequest.Records records() {
    return new DisposalRequest.Records(
        files, HexFormat.of().formatHex(digest()), frames, first, last);
  }

  private byte[] digest() {
    try {
      return ((MessageDigest) names.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }

  int files() {
    return files;
  }

  long frames() {
    return frames;
  }

  long bytes() {
    return bytes;
  }

  long last() {
    return last;
  }

  /** Whether a record is one of these. */
  boolean spans(long seq) {
    return first >= 0 && seq >= first && seq <= last;
  }

  List<Opened> opened() {
    return opened;
  }

  /** When the first of them was written; the epoch for none. */
  Instant oldest() {
    return Instant.EPOCH.plus(oldestMicros, ChronoUnit.MICROS);
  }

  /** When the last of them was written; the epoch for none. */
  Instant newest() {
    return Instant.EPOCH.plus(newestMicros, ChronoUnit.MICROS);
  }
}
