package io.sallyport.proxy.journal;

import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long records are kept, and who may approve that they are not any more.
 *
 * @param keep for each class; never less than {@link #LEAST}
 * @param approvers verifier keys of persons, {@code NAME+ID+KEY}; two different ones of them must
 *     sign what cannot be taken back
 */
public record RetentionPolicy(Map<RetentionClass, Period> keep, List<String> approvers) {
  /** 45 CFR 164.316(b)(2)(i): six years from creation, or from when it was last in effect. */
  public static final Period LEAST = Period.ofYears(6);

  public static final RetentionPolicy DEFAULT = new RetentionPolicy(Map.of(), List.of());

  /**
   * @throws IllegalArgumentException when a class is kept too short, an approver's key is none, or
   *     two approvers are the same person
   */
  public RetentionPolicy {
    var all = new EnumMap<RetentionClass, Period>(RetentionClass.class);
    for (var retention : RetentionClass.values()) {
      var period = keep.getOrDefault(retention, LEAST);
      if (period.toTotalMonths() < LEAST.toTotalMonths()) {
        throw new IllegalArgumentException(retention.word() + " must be kept six years at least");
      }
      all.put(retention, period);
    }
    keep = Map.copyOf(all);
    approvers = List.copyOf(approvers);
    Set<String> persons = new HashSet<>();
    for (var line : approvers) {
      var key = LogKey.parse(line);
      if (key.publicKey().length != KeyOpening.EPOCH_KEY) {
        throw new IllegalArgumentException(key.name() + " needs an Ed25519 key");
      }
      boolean known = !persons.add("name " + key.name());
      if (known || !persons.add("key " + line.substring(line.lastIndexOf('+')))) {
        throw new IllegalArgumentException(
            "two approvers are one: the name or the key of " + key.name() + " is there twice");
      }
    }
  }

  /**
   * When records may be disposed of at the earliest.
   *
   * @param newest when the last of them was written, which may be after their key's month
   */
  Instant due(RetentionClass retention, YearMonth month, Instant newest) {
    var over = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC);
    var last = newest.atZone(ZoneOffset.UTC);
    return (last.isAfter(over) ? last : over).plus(keep.get(retention)).toInstant();
  }
}
