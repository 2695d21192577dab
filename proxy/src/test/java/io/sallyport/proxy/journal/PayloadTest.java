package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Aborted;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Close;
import io.sallyport.proxy.journal.JournalEntry.ConfigLoaded;
import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalEntry.Started;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PayloadTest {
  @Property(tries = 500)
  void everyEntryIsReadBackAsItWasWritten(@ForAll("entries") JournalEntry entry) {
    var writer = new PayloadWriter();
    var type = writer.write(entry);
    var bytes = Arrays.copyOf(writer.bytes(), writer.length());
    assertThat(PayloadReader.read(type, bytes)).isEqualTo(entry);
    writer.write(new Stopped("used again"));
    assertThat(writer.write(entry)).isEqualTo(type);
    assertThat(Arrays.copyOf(writer.bytes(), writer.length())).isEqualTo(bytes);
  }

  @Property(tries = 300)
  void bytesThatAreNoEntryAreRefused(@ForAll("entries") JournalEntry entry) {
    var writer = new PayloadWriter();
    var type = writer.write(entry);
    var bytes = Arrays.copyOf(writer.bytes(), writer.length());
    for (int length = 0; length < bytes.length; length += 1 + length / 8) {
      var cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> PayloadReader.read(type, cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
    var longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> PayloadReader.read(type, longer))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Example
  void aSearchsetNamesItsPatientOnce() {
    var one = new Resource("Observation", "o-1", List.of("p-1"));
    var two = new Resource("Observation", "o-2", List.of("p-1"));
    assertThat(length(List.of(one, two)) - length(List.of(one))).isEqualTo(1 + 1 + 3);
  }

  @Example
  void theFirstResourceCannotRepeatOneBeforeIt() {
    var writer = new PayloadWriter();
    var type = writer.write(outcome(List.of(new Resource("Patient", "p", List.of()))));
    var bytes = Arrays.copyOf(writer.bytes(), writer.length());
    int flags = 1 + 2 + 1 + 1 + 1; // version, exchange "x", intent, status 0, count
    assertThat(bytes[flags]).isZero();
    for (int same = 1; same < 256; same++) {
      var changed = bytes.clone();
      changed[flags] = (byte) same;
      assertThatThrownBy(() -> PayloadReader.read(type, changed))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Example
  void brokenGlassOfTheVersionBeforeHasNoRoute() {
    var glass =
        new JournalEntry.BreakGlass("x", 1, "i", "s", "c", "r", "p", "4711", "why", "l", "u", "");
    var writer = new PayloadWriter();
    var type = writer.write(glass);
    var before = Arrays.copyOf(writer.bytes(), writer.length() - 1);
    assertThatThrownBy(() -> PayloadReader.read(type, before))
        .isInstanceOf(IllegalArgumentException.class);
    before[0] = 2;
    assertThat(PayloadReader.read(type, before)).isEqualTo(glass);
    before[0] = 1;
    assertThatThrownBy(() -> PayloadReader.read(type, before)).hasMessageContaining("version 1");
  }

  private static int length(List<Resource> resources) {
    var writer = new PayloadWriter();
    writer.write(outcome(resources));
    return writer.length();
  }

  private static Outcome outcome(List<Resource> resources) {
    return new Outcome("x", 0, 0, resources, Map.of(), 0, 0, "");
  }

  @Provide
  Arbitrary<JournalEntry> entries() {
    return Arbitraries.longs().map(seed -> new Maker(new Random(seed)).entry());
  }

  /** Makes any entry from a seed. */
  private record Maker(Random random) {
    JournalEntry entry() {
      return switch (random.nextInt(22)) {
        case 0 ->
            new Intent(
                text(),
                random.nextBoolean(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text());
        case 14 ->
            new JournalEntry.Hold(
                text(), text(), text(), text(), text(), text(), text(), text(), text());
        case 15 -> new JournalEntry.HoldReleased(number(), text(), text(), text(), text());
        case 11 -> new JournalEntry.Lookup(text(), number(), text(), text(), text(), text());
        case 12 ->
            new JournalEntry.BreakGlass(
                text(), number(), text(), text(), text(), text(), text(), text(), text(), text(),
                text(), text());
        case 13 ->
            new JournalEntry.Notice(text(), number(), text(), text(), text(), text(), text());
        case 20 ->
            new AdminEntry.JournalRead(text(), text(), text(), text(), text(), text(), text());
        case 21 ->
            new AdminEntry.LoggedIn(
                text(), text(), text(), text(), text(), text(), text(), text(), text(), text());
        case 16 ->
            new AdminEntry.Privileges(
                text(), text(), text(), text(), text(), text(), text(), text(), text(), text());
        case 19 -> new AdminEntry.Pseudonym(text(), text(), text());
        case 17 -> new AdminEntry.RoleView(text(), text(), text(), text(), text());
        case 18 ->
            new AdminEntry.ConfigDiff(
                text(), text(), text(), (int) number(), (int) number(), text());
        case 1 ->
            new Outcome(
                text(),
                number(),
                (int) number(),
                resources(),
                removed(),
                (int) number(),
                number(),
                text());
        case 2 ->
            new Disclosure(
                text(),
                number(),
                (int) number(),
                resources(),
                removed(),
                (int) number(),
                number(),
                text());
        case 3 ->
            new Close(
                text(),
                number(),
                random.nextBoolean(),
                (int) number(),
                (int) number(),
                (int) number(),
                number(),
                text(),
                text());
        case 4 ->
            new Refused(
                text(),
                number(),
                (int) number(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text(),
                text());
        case 5 -> new Aborted(text(), number(), text());
        case 6 -> new Started(text(), text(), text(), number());
        case 7 -> new Stopped(text());
        case 8 -> new ConfigLoaded(text(), text(), text(), text());
        case 9 -> new KeyEvent(text(), text(), text());
        default -> new Alert(text(), text());
      };
    }

    private long number() {
      long any = random.nextLong() >> random.nextInt(64);
      return random.nextInt(8) == 0 ? -1 : any;
    }

    private String text() {
      var text = new StringBuilder();
      for (int i = random.nextInt(random.nextInt(10) == 0 ? 400 : 12); i > 0; i--) {
        int any = random.nextInt(4) == 0 ? random.nextInt(0x10FFFF) : random.nextInt(0x7F);
        text.appendCodePoint(any >= 0xD800 && any < 0xE000 ? '?' : any);
      }
      return text.toString();
    }

    private List<Resource> resources() {
      var resources = new ArrayList<Resource>();
      for (int i = random.nextInt(6); i > 0; i--) {
        var patients = new ArrayList<String>();
        for (int p = random.nextInt(3); p > 0; p--) {
          patients.add(text());
        }
        // Often what the one before has: that is written once.
        Resource before = resources.isEmpty() ? null : resources.get(resources.size() - 1);
        resources.add(
            new Resource(
                before != null && random.nextBoolean() ? before.type() : text(),
                text(),
                before != null && random.nextBoolean()
                    ? before.patients()
                    : List.copyOf(patients)));
      }
      return List.copyOf(resources);
    }

    private Map<String, Integer> removed() {
      var removed = new LinkedHashMap<String, Integer>();
      for (int i = random.nextInt(4); i > 0; i--) {
        removed.put(text(), random.nextInt());
      }
      return removed;
    }
  }
}
