package io.sallyport.proxy.noninterference;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Timing;

/**
 * Searches by date: values and what is asked for are intervals.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#date">FHIR R4 search, date</a>
 */
final class Dates {
  /** From the first second to before the last. */
  private record Span(long from, long to) {}

  private Dates() {}

  static boolean matches(Base value, String wanted) {
    boolean prefixed = wanted.matches("[a-z]{2}.*");
    String prefix = prefixed ? wanted.substring(0, 2) : "eq";
    Span asked;
    try {
      asked = span(prefixed ? wanted.substring(2) : wanted);
    } catch (DateTimeException wrong) {
      throw new Match.Unsupported("date");
    }
    Span own = own(value);
    if (own == null) {
      return false;
    }
    boolean inside = own.from >= asked.from && own.to <= asked.to;
    return switch (prefix) {
      case "eq" -> inside;
      case "ne" -> !inside;
      case "gt" -> own.to > asked.to;
      case "lt" -> own.from < asked.from;
      case "ge" -> own.to > asked.to || inside;
      case "le" -> own.from < asked.from || inside;
      case "sa" -> own.from >= asked.to;
      case "eb" -> own.to <= asked.from;
      case "ap" -> own.from < asked.to && asked.from < own.to;
      default -> throw new Match.Unsupported("prefix " + prefix);
    };
  }

  static String key(Base value) {
    Span own = own(value);
    return own == null ? null : String.format("%020d", own.from - (Long.MIN_VALUE >> 8));
  }

  private static Span own(Base value) {
    if (value instanceof Period period) {
      String start = period.getStartElement().getValueAsString();
      String end = period.getEndElement().getValueAsString();
      return start == null && end == null
          ? null
          : new Span(
              start == null ? Long.MIN_VALUE >> 8 : span(start).from,
              end == null ? Long.MAX_VALUE >> 8 : span(end).to);
    }
    if (value instanceof Timing timing) {
      for (DateTimeType event : timing.getEvent()) {
        if (event.getValueAsString() != null) {
          return span(event.getValueAsString());
        }
      }
      return timing.getRepeat().getBounds() instanceof Period bounds ? own(bounds) : null;
    }
    // A choice may say in words when it was.
    String text = value instanceof BaseDateTimeType date ? date.getValueAsString() : null;
    return text == null ? null : span(text);
  }

  private static Span span(String text) {
    if (text.length() > 10) {
      long second = OffsetDateTime.parse(text.length() == 19 ? text + "Z" : text).toEpochSecond();
      return new Span(second, second + 1);
    }
    LocalDate from;
    LocalDate to;
    if (text.length() == 4) {
      from = Year.parse(text).atDay(1);
      to = from.plusYears(1);
    } else if (text.length() == 7) {
      from = YearMonth.parse(text).atDay(1);
      to = from.plusMonths(1);
    } else {
      from = LocalDate.parse(text);
      to = from.plusDays(1);
    }
    return new Span(second(from), second(to));
  }

  private static long second(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
  }
}
