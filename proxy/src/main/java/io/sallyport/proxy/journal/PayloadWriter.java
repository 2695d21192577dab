package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.journal.JournalEntry.Aborted;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Anonymous;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.Close;
import io.sallyport.proxy.journal.JournalEntry.ConfigLoaded;
import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Disposing;
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
import io.sallyport.proxy.journal.JournalEntry.Vaulted;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes an entry as bytes: a version, then the record's components in their order. Numbers are
 * varints (7 bits a byte, low first, zigzag where negative values occur), strings a varint length
 * and UTF-8, lists and maps a varint count and their elements; a list of resources leaves out what
 * one has in common with the one before. {@link PayloadReader} is the other direction; what changes
 * here changes there and raises {@link #VERSION}. One thread; reused.
 */
final class PayloadWriter {
  static final int VERSION = 3;

  /** In a resource's first byte: its type is that of the one before it. */
  static final int SAME_TYPE = 1;

  /** In a resource's first byte: it is about the same patients as the one before it. */
  static final int SAME_PATIENTS = 2;

  private static final int INITIAL = 1024;

  private byte[] bytes = new byte[INITIAL];
  private int length;
  private RetentionClass retention;

  /** Valid until the next {@link #write}; {@link #length()} bytes count. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** What the last entry is kept with. */
  RetentionClass retention() {
    return retention;
  }

  /** Encodes {@code entry} and says what its frame is. */
  FrameType write(JournalEntry entry) {
    length = 0;
    octet(VERSION);
    var type = components(entry);
    retention = RetentionClass.of(type, entry);
    return type;
  }

  private FrameType components(JournalEntry entry) {
    if (entry instanceof Intent e) {
      return intent(e);
    }
    if (entry instanceof Outcome e) {
      return outcome(e);
    }
    if (entry instanceof Disclosure e) {
      return disclosure(e);
    }
    if (entry instanceof Close e) {
      return close(e);
    }
    if (entry instanceof Refused e) {
      return refused(e);
    }
    if (entry instanceof Aborted e) {
      text(e.exchange());
      signed(e.intent());
      text(e.reason());
      return FrameType.ABORTED;
    }
    if (entry instanceof BreakGlass e) {
      text(e.exchange());
      signed(e.intent());
      text(e.issuer());
      text(e.subject());
      text(e.client());
      text(e.role());
      text(e.purpose());
      text(e.patient());
      text(e.reason());
      text(e.lifts());
      text(e.until());
      text(e.route());
      return FrameType.BREAK_GLASS;
    }
    if (entry instanceof Notice e) {
      text(e.exchange());
      signed(e.intent());
      text(e.to());
      text(e.what());
      text(e.subject());
      text(e.patient());
      text(e.message());
      return FrameType.NOTICE;
    }
    if (entry instanceof Lookup e) {
      text(e.exchange());
      signed(e.intent());
      text(e.relation());
      text(e.user());
      text(e.patient());
      text(e.query());
      return FrameType.LOOKUP;
    }
    return entry instanceof Observed e ? observed(e) : ownAffairs(entry);
  }

  private FrameType observed(Observed e) {
    text(e.exchange());
    signed(e.intent());
    text(e.reason());
    text(e.rule());
    removed(e.removed());
    signed(e.withheld());
    return FrameType.OBSERVED;
  }

  private FrameType ownAffairs(JournalEntry entry) {
    if (entry instanceof Started e) {
      text(e.version());
      text(e.java());
      text(e.host());
      signed(e.pid());
      return FrameType.STARTED;
    }
    if (entry instanceof Anonymous e) {
      text(e.prefix());
      signed(e.count());
      text(e.first());
      text(e.last());
      count(e.reasons().size());
      e.reasons()
          .forEach(
              (reason, times) -> {
                text(reason);
                signed(times);
              });
      return FrameType.ANONYMOUS;
    }
    if (entry instanceof Stopped e) {
      text(e.reason());
      return FrameType.STOPPED;
    }
    if (entry instanceof ConfigLoaded e) {
      text(e.who());
      text(e.what());
      text(e.hash());
      text(e.previous());
      return FrameType.CONFIG;
    }
    if (entry instanceof KeyEvent e) {
      text(e.what());
      text(e.key());
      text(e.detail());
      return FrameType.KEY;
    }
    if (entry instanceof Hold e) {
      text(e.from());
      text(e.to());
      text(e.patient());
      text(e.user());
      text(e.authority());
      text(e.reason());
      text(e.by());
      text(e.approved());
      text(e.note());
      return FrameType.HOLD;
    }
    if (entry instanceof HoldReleased e) {
      signed(e.hold());
      text(e.reason());
      text(e.by());
      text(e.approved());
      text(e.note());
      return FrameType.HOLD_RELEASED;
    }
    if (entry instanceof Disposing e) {
      length = 0; // in clear: the note is all there is
      raw(e.note().getBytes(UTF_8));
      return FrameType.DISPOSAL;
    }
    if (entry instanceof Vaulted e) {
      length = 0;
      raw(e.note().getBytes(UTF_8));
      return FrameType.VAULT;
    }
    var admin = AdminPayload.write(entry, this);
    if (admin != null) {
      return admin;
    }
    var alert = (Alert) entry;
    text(alert.what());
    text(alert.detail());
    return FrameType.ALERT;
  }

  private FrameType intent(Intent e) {
    text(e.exchange());
    flag(e.permitted());
    text(e.issuer());
    text(e.subject());
    text(e.client());
    text(e.session());
    text(e.remote());
    text(e.route());
    text(e.role());
    text(e.purpose());
    text(e.interaction());
    text(e.target());
    text(e.query());
    text(e.rule());
    text(e.policy());
    return FrameType.INTENT;
  }

  private FrameType outcome(Outcome e) {
    text(e.exchange());
    signed(e.intent());
    signed(e.status());
    released(e.resources(), e.removed(), e.withheld(), e.bytes(), e.digest());
    return FrameType.OUTCOME;
  }

  private FrameType disclosure(Disclosure e) {
    text(e.exchange());
    signed(e.intent());
    signed(e.number());
    released(e.resources(), e.removed(), e.withheld(), e.bytes(), e.digest());
    return FrameType.DISCLOSURE;
  }

  private FrameType close(Close e) {
    text(e.exchange());
    signed(e.intent());
    flag(e.complete());
    signed(e.status());
    signed(e.windows());
    signed(e.resources());
    signed(e.bytes());
    text(e.digest());
    text(e.reason());
    return FrameType.CLOSE;
  }

  private FrameType refused(Refused e) {
    text(e.exchange());
    signed(e.intent());
    signed(e.status());
    text(e.reason());
    text(e.detail());
    text(e.issuer());
    text(e.subject());
    text(e.client());
    text(e.remote());
    text(e.route());
    text(e.method());
    text(e.target());
    return FrameType.REFUSED;
  }

  private void released(
      List<Resource> resources,
      Map<String, Integer> removed,
      int withheld,
      long released,
      String digest) {
    resources(resources);
    removed(removed);
    signed(withheld);
    signed(released);
    text(digest);
  }

  private void removed(Map<String, Integer> removed) {
    count(removed.size());
    removed.forEach(
        (path, hits) -> {
          text(path);
          signed(hits);
        });
  }

  // A searchset names one type and often one patient hundreds of times: each is written once.
  private void resources(List<Resource> resources) {
    count(resources.size());
    String type = null;
    List<String> patients = null;
    for (var resource : resources) {
      boolean sameType = resource.type().equals(type);
      boolean samePatients = resource.patients().equals(patients);
      type = resource.type();
      patients = resource.patients();
      octet((sameType ? SAME_TYPE : 0) | (samePatients ? SAME_PATIENTS : 0));
      if (!sameType) {
        text(type);
      }
      text(resource.id());
      if (!samePatients) {
        count(patients.size());
        patients.forEach(this::text);
      }
    }
  }

  private void flag(boolean value) {
    octet(value ? 1 : 0);
  }

  private void octet(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  void signed(long value) {
    varint(value << 1 ^ value >> 63);
  }

  private void count(int value) {
    varint(value);
  }

  private void varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  void texts(String... values) {
    for (var value : values) {
      text(value);
    }
  }

  private void text(String value) {
    var utf8 = value.getBytes(UTF_8);
    count(utf8.length);
    raw(utf8);
  }

  private void raw(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
