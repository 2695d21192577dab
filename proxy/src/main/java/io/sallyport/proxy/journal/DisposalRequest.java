package io.sallyport.proxy.journal;

import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request to destroy the key of a month and class, and with it all that only this key opens.
 *
 * @param key name of the key-encryption key
 * @param records what is under it
 * @param size of the log when this was written, as a checkpoint says
 * @param root Base64 of the tree's root at that size
 * @param holds numbers of the holds on a patient or user whose records are put into vaults before
 * @param by who asks
 */
record DisposalRequest(
    String origin,
    String key,
    Records records,
    long size,
    String root,
    List<Long> holds,
    String by,
    String reason,
    Instant time)
    implements RetentionRequest {
  static final String TITLE = "sallyport disposal request 1";

  /**
   * The records under a key, told apart from all others.
   *
   * @param files roll files whose data key of the class is wrapped under the key
   * @param digest SHA-256 over their names, each with a newline, hex
   * @param frames of the class in them
   * @param first the first of these; -1 for none
   */
  record Records(int files, String digest, long frames, long first, long last) {}

  /** Whether it is the name of a month's key. */
  static boolean isKey(String name) {
    return name.matches("journal-\\d{4}-\\d{2}-(access|security|administration)");
  }

  YearMonth month() {
    return month(key);
  }

  RetentionClass retention() {
    return retention(key);
  }

  /** The month of a key's name. */
  static YearMonth month(String key) {
    return YearMonth.parse(key.substring("journal-".length(), "journal-2026-11".length()));
  }

  /** The class of a key's name. */
  static RetentionClass retention(String key) {
    return RetentionClass.valueOf(
        key.substring("journal-2026-11-".length()).toUpperCase(Locale.ROOT));
  }

  @Override
  public String text() {
    return new Statement(TITLE, origin)
        .put("key", key)
        .put("month", month())
        .put("class", retention().word())
        .put("files", records.files)
        .put("files-sha256", records.digest)
        .put("frames", records.frames)
        .put("first", records.first)
        .put("last", records.last)
        .put("size", size)
        .put("root", root)
        .put("holds", holds.stream().map(String::valueOf).collect(Collectors.joining(",")))
        .put("by", by)
        .put("reason", reason)
        .put("time", time)
        .text();
  }

  static DisposalRequest read(Statement from, String origin) {
    var key = from.get("key");
    if (!isKey(key)) {
      throw new IllegalArgumentException("not the key of a month and class");
    }
    return new DisposalRequest(
        origin,
        key,
        new Records(
            Integer.parseInt(from.get("files")),
            from.get("files-sha256"),
            Long.parseLong(from.get("frames")),
            Long.parseLong(from.get("first")),
            Long.parseLong(from.get("last"))),
        Long.parseLong(from.get("size")),
        from.get("root"),
        from.get("holds").isEmpty()
            ? List.of()
            : Stream.of(from.get("holds").split(",")).map(Long::valueOf).toList(),
        from.get("by"),
        from.get("reason"),
        Instant.parse(from.get("time")));
  }
}
