package io.sallyport.policy.redact.naive;

import io.sallyport.policy.TestKey;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Year;
import java.time.YearMonth;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;

/** What the methods of {@code change:} make of values, said once more and in another way. */
final class Making {
  private static final Set<String> QUANTITIES =
      Set.of("Quantity", "Age", "Count", "Distance", "Duration");
  private static final Set<String> NUMBERS =
      Set.of("decimal", "integer", "unsignedInt", "positiveInt");
  private static final Set<String> RESTRICTED =
      Set.of(
          "036 059 063 102 203 205 369 556 692 790 821 823 830 831 878 879 884 890 893".split(" "));

  private Making() {}

  static boolean reads(String method, String type) {
    return switch (method.split(":")[0]) {
      case "year" -> type.equals("date") || type.equals("dateTime");
      case "shift" -> Set.of("date", "dateTime", "instant").contains(type);
      case "zip3" -> type.equals("string");
      case "age-cap" -> NUMBERS.contains(type) || type.equals("date") || type.equals("dateTime");
      case "round" ->
          type.equals("decimal")
              || (!method.contains(".") && (type.equals("integer") || type.equals("unsignedInt")));
      default -> type.equals("string") || type.equals("markdown");
    };
  }

  static List<String> inside(String method, String type) {
    if ((method.equals("year") || method.startsWith("shift")) && type.equals("Period")) {
      return List.of("start", "end");
    }
    boolean numeric = method.equals("age-cap") || method.startsWith("round");
    return numeric && QUANTITIES.contains(type) ? List.of("value") : List.of();
  }

  static boolean passes(String method, String type) {
    return (method.equals("year") || method.startsWith("shift")) && type.equals("boolean");
  }

  /** The token in a value's place; null when it goes. */
  static Raw of(
      String method, String type, Raw value, Obj holder, String holderType, String patient) {
    if (value.isText() == NUMBERS.contains(type)) {
      return null;
    }
    String text = value.isText() ? value.text() : value.token();
    boolean quantity = QUANTITIES.contains(holderType);
    String made =
        switch (method) {
          case "year" -> year(text);
          case "zip3" -> zip3(text);
          case "age-cap" ->
              NUMBERS.contains(type)
                  ? ageCap(text, quantity ? holder.text("code") : "a")
                  : birthYear(text);
          case "last4" -> last4(text);
          default -> method.startsWith("round: ") ? round(text, method.substring(7)) : null;
        };
    if (method.startsWith("replace: ")) {
      made = method.substring(9).replace("\"", "\\\"");
    }
    if (method.startsWith("hash")) {
      made = String.format("%064x", drawn(method, "hash\n" + text));
    }
    if (method.startsWith("shift")) {
      made = shift(method, text, patient);
    }
    return made == null ? null : new Raw(value.isText() ? '"' + made + '"' : made);
  }

  private static String year(String text) {
    String[] halves = text.split("T", 2);
    try {
      String date = halves[0];
      if (date.length() == 4 && halves.length == 1) {
        return Year.parse(date).toString().equals(date) ? date : null;
      }
      YearMonth.parse(date.substring(0, 7));
      boolean day = date.length() == 10 && date.charAt(7) == '-';
      int number = day ? Integer.parseInt(date.substring(8)) : 1;
      return (day || date.length() == 7) && number >= 1 && number <= 31
          ? date.substring(0, 4)
          : null;
    } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException wrong) {
      return null;
    }
  }

  private static String zip3(String text) {
    String digits = text.length() == 10 && text.charAt(5) == '-' ? text.replace("-", "") : text;
    boolean ascii = digits.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!ascii || (digits.length() != 5 && digits.length() != 9)) {
      return null;
    }
    String area = digits.substring(0, 3);
    return RESTRICTED.contains(area) ? "000" : area;
  }

  private static BigDecimal number(String token) {
    if (!token.matches("[-+.0-9eE]+")) {
      return null; // true or false
    }
    BigDecimal number = new BigDecimal(token);
    boolean sane = Math.abs(number.scale()) < 100;
    return sane && number.abs().compareTo(BigDecimal.TEN.pow(18)) < 0 ? number : null;
  }

  private static String ageCap(String token, String code) {
    List<String> units = List.of("a", "mo", "wk", "d", "h", "min");
    int[] years = {1, 12, 52, 365, 8760, 525600};
    if (code == null || !units.contains(code) || number(token) == null) {
      return null;
    }
    BigDecimal year = BigDecimal.valueOf(years[units.indexOf(code)]);
    BigDecimal number = number(token);
    if (number.signum() < 0) {
      return null;
    }
    boolean old = number.compareTo(year.multiply(BigDecimal.valueOf(89))) > 0;
    return old ? year.multiply(BigDecimal.valueOf(90)).toPlainString() : token;
  }

  private static String round(String token, String step) {
    BigDecimal number = number(token);
    if (number == null) {
      return null;
    }
    // In units of the step: the floor, then up when the rest is more than half, or half and odd.
    BigDecimal by = new BigDecimal(step);
    BigDecimal[] parts = number.divideAndRemainder(by);
    BigInteger floor = parts[0].toBigInteger();
    BigDecimal rest = parts[1];
    if (rest.signum() < 0) {
      floor = floor.subtract(BigInteger.ONE);
      rest = rest.add(by);
    }
    int half = rest.add(rest).compareTo(by);
    if (half > 0 || (half == 0 && floor.testBit(0))) {
      floor = floor.add(BigInteger.ONE);
    }
    return new BigDecimal(floor).multiply(by).setScale(by.scale()).toPlainString();
  }

  private static String last4(String text) {
    int[] characters = text.codePoints().toArray();
    if (characters.length < 8) {
      return null;
    }
    StringBuilder last = new StringBuilder();
    for (int i = characters.length - 4; i < characters.length; i++) {
      if (characters[i] > 'z' || !Character.isLetterOrDigit(characters[i])) {
        return null;
      }
      last.appendCodePoint(characters[i]);
    }
    return last.toString();
  }

  /** What the key that a method names draws for a text. */
  private static BigInteger drawn(String method, String text) {
    int from = method.indexOf("key: ") + 5;
    String key = method.substring(from, method.indexOf('}', from));
    return new BigInteger(1, TestKey.of(key).mac(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String birthYear(String text) {
    String year = year(text);
    return year == null || Policy.YEAR - Integer.parseInt(year) > 89 ? null : year;
  }

  /** By a calendar that counts seconds, and no library of dates. */
  private static String shift(String method, String text, String patient) {
    if (patient == null || year(text) == null || text.length() < 10) {
      return null;
    }
    int days = Integer.parseInt(method.replaceAll(".*days: (\\d+).*", "$1"));
    int steps =
        drawn(method, "shift\n" + patient).mod(BigInteger.valueOf(days * 2L)).intValue() - days;
    GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
    calendar.setGregorianChange(new Date(Long.MIN_VALUE));
    calendar.setLenient(false);
    try {
      calendar.set(
          Integer.parseInt(text.substring(0, 4)),
          Integer.parseInt(text.substring(5, 7)) - 1,
          Integer.parseInt(text.substring(8, 10)),
          0,
          0,
          0);
      calendar.add(Calendar.DAY_OF_MONTH, steps < 0 ? steps : steps + 1);
    } catch (IllegalArgumentException none) {
      return null;
    }
    int year = calendar.get(Calendar.YEAR);
    if (calendar.get(Calendar.ERA) != GregorianCalendar.AD || year > 9999) {
      return null;
    }
    return String.format(
            "%04d-%02d-%02d",
            year, calendar.get(Calendar.MONTH) + 1, calendar.get(Calendar.DAY_OF_MONTH))
        + text.substring(10);
  }
}
