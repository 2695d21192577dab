package io.sallyport.policy.redact;

import io.sallyport.policy.AudienceKey;
import io.sallyport.policy.RoleRules.Change;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Moves every date of a patient by the same number of whole days, forwards or back and never by
 * none: how long things lasted stays, when they were does not. Who has the key knows the number,
 * and each patient has another.
 *
 * <p>A date that names no day goes: not moved, it would tell from which side the others came. So
 * does one of a resource that is about no patient, or about several. The time of day and its zone
 * stay.
 *
 * <p>This is not Safe Harbor, which leaves of a date its year at most: 45 CFR 164.514(b)(2)(i)(C).
 */
final class Shift implements RedactionMethod {
  static final int DAYS_MAX = 3650;

  private static final int DAY_CHARS = 10;

  private final int days;
  private final AudienceKey key;

  private Shift(int days, AudienceKey key) {
    this.days = days;
    this.key = key;
  }

  /** Empty when it does not say by how many days at most, and with which key. */
  static Optional<RedactionMethod> with(Change change) {
    boolean named = change.named().keySet().equals(Set.of("days", "key"));
    String days = named ? change.named().get("days").text() : "";
    boolean number = days.matches("[1-9][0-9]{0,3}") && Integer.parseInt(days) <= DAYS_MAX;
    return number ? Optional.of(new Shift(Integer.parseInt(days), change.key())) : Optional.empty();
  }

  @Override
  public Set<String> reads() {
    return Set.of("date", "dateTime", "instant");
  }

  @Override
  public List<String> inside(String type) {
    return type.equals("Period") ? List.of("start", "end") : List.of();
  }

  @Override
  public boolean passes(String type) {
    return type.equals("boolean"); // that somebody died is no date
  }

  @Override
  public boolean byPatient() {
    return true;
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    if (beside.patient().isEmpty() || value.length() < DAY_CHARS || !Year.isDate(value)) {
      return Optional.empty();
    }
    try {
      LocalDate day = LocalDate.parse(value.substring(0, DAY_CHARS));
      LocalDate moved = day.plusDays(offset(beside.patient()));
      boolean writable = moved.getYear() >= 1 && moved.getYear() <= 9999;
      return writable ? Optional.of(moved + value.substring(DAY_CHARS)) : Optional.empty();
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }

  /** From -days to days, without 0. */
  private int offset(String patient) {
    byte[] drawn = key.mac(("shift\n" + patient).getBytes(StandardCharsets.UTF_8));
    // Of 256 bits the remainder is as good as even.
    int steps = new BigInteger(1, drawn).mod(BigInteger.valueOf(2L * days)).intValue();
    return steps < days ? steps - days : steps - days + 1;
  }
}
