package io.sallyport.policy.redact.naive;

import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Year;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;

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
      case "zip3" -> type.equals("string");
      case "age-cap" -> NUMBERS.contains(type);
      case "round" ->
          type.equals("decimal")
              || (!method.contains(".") && (type.equals("integer") || type.equals("unsignedInt")));
      default -> type.equals("string") || type.equals("markdown");
    };
  }

  static List<String> inside(String method, String type) {
    if (method.equals("year") && type.equals("Period")) {
      return List.of("start", "end");
    }
    boolean numeric = method.equals("age-cap") || method.startsWith("round");
    return numeric && QUANTITIES.contains(type) ? List.of("value") : List.of();
  }

  static boolean passes(String method, String type) {
    return method.equals("year") && type.equals("boolean");
  }

  /** The token in a value's place; null when it goes. */
  static Raw of(String method, String type, Raw value, Obj holder, String holderType) {
    if (value.isText() == NUMBERS.contains(type)) {
      return null;
    }
    String text = value.isText() ? value.text() : value.token();
    boolean quantity = QUANTITIES.contains(holderType);
    String made =
        switch (method) {
          case "year" -> year(text);
          case "zip3" -> zip3(text);
          case "age-cap" -> ageCap(text, quantity ? holder.text("code") : "a");
          case "last4" -> last4(text);
          case "hash" -> hash(text);
          default -> method.startsWith("round: ") ? round(text, method.substring(7)) : null;
        };
    if (method.startsWith("replace: ")) {
      made = method.substring(9).replace("\"", "\\\"");
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

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return String.format("%064x", new BigInteger(1, digest));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
