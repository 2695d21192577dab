package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Anonymous;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps callers whom nobody knows from filling the journal. What they are answered is recorded one
 * by one up to a bound for each network and minute; what is more is counted, and the counts are
 * recorded when the minute is over. All of it together gets a tenth of a roll file, and in a minute
 * the share that a minute has of that. Memory is bounded by the number of networks.
 *
 * <p>Thread-safe; held for no longer than a look-up.
 */
final class Floods {
  /** Networks counted apart in one minute; more of them are counted together. */
  static final int NETWORKS_MAX = 4_096;

  /** Where those are counted that are too many to be told apart. */
  static final String OTHERS = "others";

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final int SHARE = 10;

  // A file holds at most a quarter of an hour, and may begin in mid-minute.
  private static final int MINUTES = 16;

  /** What a record takes beside its texts, with room to spare. */
  private static final int OVERHEAD = 160;

  private static final class Network {
    int singles;
    long counted;
    long firstMillis;
    long lastMillis;
    final Map<String, Long> reasons = new TreeMap<>();

    void add(Network other) {
      firstMillis = counted == 0 ? other.firstMillis : Math.min(firstMillis, other.firstMillis);
      lastMillis = Math.max(lastMillis, other.lastMillis);
      counted += other.counted;
      other.reasons.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    }
  }

  private final LongSupplier nanos;
  private final int singlesMax;
  private final long fileMax;
  private final long minuteMax;
  // Guarded by this.
  private final Map<String, Network> networks = new HashMap<>();
  private long minuteNanos;
  private long inMinute;
  private long inFile;

  Floods(LongSupplier nanos, int singlesMax, long fileBytes) {
    this.nanos = nanos;
    this.singlesMax = singlesMax;
    fileMax = fileBytes / SHARE;
    minuteMax = fileMax / MINUTES;
    minuteNanos = nanos.getAsLong();
  }

  /**
   * Whether this one is recorded by itself. If not, it is counted.
   *
   * @param text characters of what would be recorded
   */
  synchronized boolean single(String address, String reason, int text, long wallMillis) {
    var prefix = Networks.of(address);
    var network = networks.get(prefix);
    if (network == null) {
      var name = networks.size() < NETWORKS_MAX ? prefix : OTHERS;
      network = networks.computeIfAbsent(name, n -> new Network());
    }
    long bytes = text + OVERHEAD;
    // The other half of the minute's share is for the counts.
    if (network.singles < singlesMax
        && inMinute + bytes <= minuteMax / 2
        && inFile + bytes <= fileMax) {
      network.singles++;
      inMinute += bytes;
      inFile += bytes;
      return true;
    }
    if (network.counted++ == 0) {
      network.firstMillis = wallMillis;
    }
    network.lastMillis = wallMillis;
    network.reasons.merge(reason, 1L, Long::sum);
    return false;
  }

  /** Whether counts wait to be recorded. */
  synchronized boolean due() {
    return nanos.getAsLong() - minuteNanos >= MINUTE;
  }

  /** A new file: its tenth is unused. */
  synchronized void rolled() {
    inFile = 0;
  }

  /** What was counted, the most first, and as much as may be recorded; a new minute begins. */
  synchronized List<Anonymous> take() {
    var counted = new ArrayList<Map.Entry<String, Network>>();
    networks.entrySet().stream().filter(n -> n.getValue().counted > 0).forEach(counted::add);
    counted.sort(Comparator.comparingLong(n -> -n.getValue().counted));
    var entries = new ArrayList<Anonymous>();
    var rest = new Network();
    long room = minuteMax / 2;
    for (var one : counted) {
      var entry = entry(one.getKey(), one.getValue());
      long bytes = bytes(entry);
      if (room >= bytes && inFile + bytes <= fileMax) {
        room -= bytes;
        inFile += bytes;
        entries.add(entry);
      } else {
        rest.add(one.getValue());
      }
    }
    if (rest.counted > 0) {
      entries.add(entry(OTHERS, rest));
    }
    networks.clear();
    minuteNanos = nanos.getAsLong();
    inMinute = 0;
    return entries;
  }

  private static Anonymous entry(String prefix, Network network) {
    return new Anonymous(
        prefix,
        network.counted,
        Instant.ofEpochMilli(network.firstMillis).toString(),
        Instant.ofEpochMilli(network.lastMillis).toString(),
        Map.copyOf(network.reasons));
  }

  private static long bytes(Anonymous entry) {
    return OVERHEAD + 40L * entry.reasons().size();
  }
}
