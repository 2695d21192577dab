package io.sallyport.policy.redact;

import java.util.Optional;
import java.util.Set;

/**
 * {@code age-cap} of a date of birth: its year, unless that tells an age over 89 on the day of the
 * request. A year counts from its first day, so it goes for some of those who are 89, too.
 */
final class BirthYear implements RedactionMethod {
  private final Year year = new Year();

  @Override
  public Set<String> reads() {
    return year.reads();
  }

  @Override
  public boolean byDay() {
    return true;
  }

  @Override
  public Optional<String> redact(String value, Beside beside) {
    return beside.today() == null
        ? Optional.empty()
        : year.redact(value, beside)
            .filter(born -> beside.today().getYear() - Integer.parseInt(born) <= AgeCap.OLDEST);
  }
}
