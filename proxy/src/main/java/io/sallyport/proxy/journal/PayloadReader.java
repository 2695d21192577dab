package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.journal.JournalEntry.Aborted;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Anonymous;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.Close;
import io.sallyport.proxy.journal.JournalEntry.ConfigLoaded;
import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Hold;
import io.sallyport.proxy.journal.JournalEntry.HoldReleased;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.journal.JournalEntry.Lookup;
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Observed;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalEntry.Started;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what {@link PayloadWriter} wrote. The bytes were authenticated, but it trusts no length.
 */
final class PayloadReader {
  /** The version before: without the route of broken glass. */
  private static final int ROUTELESS = 2;

  private final byte[] bytes;
  private int at;
  private int version;

  private PayloadReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Decodes one entry.
   *
   * @throws IllegalArgumentException when the bytes are not one whole entry of this type
   */
  static JournalEntry read(FrameType type, byte[] bytes) {
    var reader = new PayloadReader(bytes);
    reader.version = reader.octet();
    if (reader.version != PayloadWriter.VERSION && reader.version != ROUTELESS) {
      throw new IllegalArgumentException("payload version " + reader.version);
    }
    var entry = reader.entry(type);
    if (reader.at != bytes.length) {
      throw new IllegalArgumentException("bytes after a payload");
    }
    return entry;
  }

  private JournalEntry entry(FrameType type) {
    // Java evaluates arguments from left to right: each line below is the order in the bytes.
    return switch (type) {
      case INTENT -> intent();
      case OUTCOME -> outcome();
      case DISCLOSURE -> disclosure();
      case CLOSE -> close();
      case REFUSED -> refused();
      case ABORTED -> new Aborted(text(), signed(), text());
      case BREAK_GLASS ->
          new BreakGlass(
              text(),
              signed(),
              text(),
              text(),
              text(),
              text(),
              text(),
              text(),
              text(),
              text(),
              text(),
              version == ROUTELESS ? "" : text());
      case NOTICE -> new Notice(text(), signed(), text(), text(), text(), text(), text());
      case LOOKUP -> new Lookup(text(), signed(), text(), text(), text(), text());
      case OBSERVED -> new Observed(text(), signed(), text(), text(), removed(), int32());
      case ANONYMOUS -> new Anonymous(text(), signed(), text(), text(), reasons());
      case STARTED -> new Started(text(), text(), text(), signed());
      case STOPPED -> new Stopped(text());
      case CONFIG -> new ConfigLoaded(text(), text(), text(), text());
      case KEY -> new KeyEvent(text(), text(), text());
      case ALERT -> new Alert(text(), text());
      case HOLD -> new Hold(text(), text(), text(), text(), text(), text(), text(), text(), text());
      case HOLD_RELEASED -> new HoldReleased(signed(), text(), text(), text(), text());
      case JOURNAL_READ, PSEUDONYM, LOGIN, PRIVILEGES, ROLE_VIEW, CONFIG_DIFF ->
          AdminPayload.read(type, this);
      case CHECKPOINT, RECOVERY, KEY_OPEN, EPOCH_OPEN, EPOCH_CLOSE, COSIGNED, DISPOSAL, VAULT ->
          throw new IllegalArgumentException(type + " frames hold no entry");
    };
  }

  private Intent intent() {
    return new Intent(
        text(), flag(), text(), text(), text(), text(), text(), text(), text(), text(), text(),
        text(), text(), text(), text());
  }

  private Outcome outcome() {
    return new Outcome(
        text(), signed(), int32(), resources(), removed(), int32(), signed(), text());
  }

  private Disclosure disclosure() {
    return new Disclosure(
        text(), signed(), int32(), resources(), removed(), int32(), signed(), text());
  }

  private Close close() {
    return new Close(text(), signed(), flag(), int32(), int32(), int32(), signed(), text(), text());
  }

  private Refused refused() {
    return new Refused(
        text(), signed(), int32(), text(), text(), text(), text(), text(), text(), text(), text(),
        text());
  }

  private List<Resource> resources() {
    int count = count();
    var resources = new ArrayList<Resource>(count);
    String type = null;
    List<String> patients = null;
    for (int i = 0; i < count; i++) {
      int same = octet();
      if ((same & ~(PayloadWriter.SAME_TYPE | PayloadWriter.SAME_PATIENTS)) != 0
          || (i == 0 && same != 0)) {
        throw new IllegalArgumentException("a resource that repeats what was not there");
      }
      type = (same & PayloadWriter.SAME_TYPE) != 0 ? type : text();
      String id = text();
      patients = (same & PayloadWriter.SAME_PATIENTS) != 0 ? patients : texts();
      resources.add(new Resource(type, id, patients));
    }
    return List.copyOf(resources);
  }

  private List<String> texts() {
    int count = count();
    var texts = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      texts.add(text());
    }
    return List.copyOf(texts);
  }

  private Map<String, Integer> removed() {
    int count = count();
    var removed = new LinkedHashMap<String, Integer>();
    for (int i = 0; i < count; i++) {
      removed.put(text(), int32());
    }
    return Collections.unmodifiableMap(removed);
  }

  private Map<String, Long> reasons() {
    int count = count();
    var reasons = new LinkedHashMap<String, Long>();
    for (int i = 0; i < count; i++) {
      reasons.put(text(), signed());
    }
    return Collections.unmodifiableMap(reasons);
  }

  private boolean flag() {
    return octet() != 0;
  }

  private int octet() {
    if (at == bytes.length) {
      throw new IllegalArgumentException("payload ends early");
    }
    return bytes[at++];
  }

  int int32() {
    return Math.toIntExact(signed());
  }

  private long signed() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  // Every element takes a byte at least, so that a count can be held against what is left.
  private int count() {
    long count = varint();
    if (count < 0 || count > bytes.length - at) {
      throw new IllegalArgumentException("count of " + count + " in a payload");
    }
    return (int) count;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7F) << shift;
      if (octet >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("endless number in a payload");
  }

  String text() {
    int length = count();
    var text = new String(bytes, at, length, UTF_8);
    at += length;
    return text;
  }
}
