package io.sallyport.proxy.noninterference;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hl7.fhir.r4.model.Address;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.HumanName;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Range;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.SampledData;
import org.hl7.fhir.r4.model.StringType;

/**
 * Whether a value of a resource is one that a search asks for.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#ptypes">FHIR R4 search, parameter types</a>
 */
final class Match {
  /** A search that this server does not understand. */
  static final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unsupported(String what) {
      super(what);
    }
  }

  /** A code and where it comes from; null where that is not said. */
  record Token(String system, String code, String text) {}

  private Match() {}

  static boolean matches(String type, String modifier, Base value, String wanted, String base) {
    return switch (type) {
      case "token" -> token(modifier, value, wanted);
      case "string" -> strings(value).stream().anyMatch(s -> string(modifier, s, wanted));
      case "date" -> modifierless(modifier) && Dates.matches(value, wanted);
      case "reference" -> reference(modifier, value, wanted, base);
      case "quantity" -> modifierless(modifier) && quantity(value, wanted);
      case "uri" -> uri(modifier, text(value), wanted);
      default -> throw new Unsupported(type);
    };
  }

  private static boolean modifierless(String modifier) {
    if (!modifier.isEmpty()) {
      throw new Unsupported("modifier " + modifier);
    }
    return true;
  }

  private static String text(Base value) {
    boolean valued = value instanceof PrimitiveType<?> primitive && primitive.hasValue();
    return valued ? ((PrimitiveType<?>) value).getValueAsString() : "";
  }

  static List<Token> tokens(Base value) {
    List<Token> tokens = new ArrayList<>();
    if (value instanceof CodeableConcept concept) {
      for (Coding coding : concept.getCoding()) {
        tokens.add(new Token(coding.getSystem(), coding.getCode(), coding.getDisplay()));
      }
      tokens.add(new Token(null, null, concept.getText()));
    } else if (value instanceof Coding coding) {
      tokens.add(new Token(coding.getSystem(), coding.getCode(), coding.getDisplay()));
    } else if (value instanceof Identifier identifier) {
      String text = identifier.getType().getText();
      tokens.add(new Token(identifier.getSystem(), identifier.getValue(), text));
    } else if (value instanceof ContactPoint contact) {
      tokens.add(new Token(null, contact.getValue(), null));
    } else {
      tokens.add(new Token(null, text(value), null));
    }
    return tokens;
  }

  private static boolean token(String modifier, Base value, String wanted) {
    if (modifier.equals("of-type")) {
      return value instanceof Identifier identifier
          && identifier.getType().getCoding().stream()
              .anyMatch(
                  c ->
                      wanted.equals(
                          c.getSystem() + "|" + c.getCode() + "|" + identifier.getValue()));
    }
    if (modifier.equals("text")) {
      return tokens(value).stream().anyMatch(t -> starts(t.text(), wanted));
    }
    if (!modifier.isEmpty() && !modifier.equals("not")) {
      throw new Unsupported("modifier " + modifier);
    }
    int bar = wanted.indexOf('|');
    String system = bar < 0 ? null : wanted.substring(0, bar);
    String code = wanted.substring(bar + 1);
    return tokens(value).stream()
        .filter(t -> t.code() != null || t.system() != null)
        .anyMatch(
            t ->
                (code.isEmpty() || code.equals(t.code()))
                    && (system == null
                        || (system.isEmpty() ? t.system() == null : system.equals(t.system()))));
  }

  private static boolean starts(String text, String wanted) {
    return text != null
        && text.toLowerCase(Locale.ROOT).startsWith(wanted.toLowerCase(Locale.ROOT));
  }

  static List<String> strings(Base value) {
    List<String> strings = new ArrayList<>();
    if (value instanceof HumanName name) {
      strings.add(name.getText());
      strings.add(name.getFamily());
      name.getGiven().forEach(s -> strings.add(s.getValue()));
      name.getPrefix().forEach(s -> strings.add(s.getValue()));
      name.getSuffix().forEach(s -> strings.add(s.getValue()));
    } else if (value instanceof Address address) {
      strings.addAll(List.of(list(address.getText()), list(address.getCity())));
      for (StringType line : address.getLine()) {
        strings.add(line.getValue());
      }
      strings.add(address.getDistrict());
      strings.add(address.getState());
      strings.add(address.getPostalCode());
      strings.add(address.getCountry());
    } else {
      strings.add(text(value));
    }
    strings.removeIf(s -> s == null || s.isEmpty());
    return strings;
  }

  private static String list(String text) {
    return text == null ? "" : text;
  }

  private static boolean string(String modifier, String value, String wanted) {
    return switch (modifier) {
      case "" -> starts(value, wanted);
      case "exact" -> value.equals(wanted);
      case "contains" -> value.toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT));
      default -> throw new Unsupported("modifier " + modifier);
    };
  }

  private static boolean reference(String modifier, Base value, String wanted, String base) {
    if (!(value instanceof Reference reference)) {
      return text(value).equals(wanted);
    }
    if (modifier.equals("identifier")) {
      Identifier identifier = reference.getIdentifier();
      return wanted.equals(identifier.getSystem() + "|" + identifier.getValue())
          || wanted.equals(identifier.getValue());
    }
    String target = reference.getReference();
    if (target == null) {
      return false;
    }
    String local = wanted.startsWith(base + "/") ? wanted.substring(base.length() + 1) : wanted;
    if (!modifier.isEmpty()) {
      return target.equals(modifier + "/" + local);
    }
    return target.equals(local) || target.endsWith("/" + local);
  }

  private static boolean uri(String modifier, String value, String wanted) {
    return switch (modifier) {
      case "" -> value.equals(wanted);
      case "below" -> value.startsWith(wanted);
      case "above" -> wanted.startsWith(value) && !value.isEmpty();
      default -> throw new Unsupported("modifier " + modifier);
    };
  }

  private static boolean quantity(Base value, String wanted) {
    String[] parts = wanted.split("\\|", -1);
    number(BigDecimal.ONE, parts[0]); // whether it is one does not depend on what there is
    if (value instanceof Range range) {
      return quantity(range.getLow(), wanted) || quantity(range.getHigh(), wanted);
    }
    if (value instanceof SampledData data) {
      return quantity(data.getOrigin(), wanted);
    }
    if (!(value instanceof Quantity quantity) || quantity.getValue() == null) {
      return false;
    }
    String unit = parts.length == 3 ? parts[2] : "";
    boolean same =
        unit.isEmpty() || unit.equals(quantity.getCode()) || unit.equals(quantity.getUnit());
    boolean system =
        parts.length < 3 || parts[1].isEmpty() || parts[1].equals(quantity.getSystem());
    return same && system && number(quantity.getValue(), parts[0]);
  }

  private static boolean number(BigDecimal value, String wanted) {
    String prefix = wanted.matches("[a-z]{2}.*") ? wanted.substring(0, 2) : "eq";
    BigDecimal number;
    try {
      number = new BigDecimal(wanted.matches("[a-z]{2}.*") ? wanted.substring(2) : wanted);
    } catch (NumberFormatException wrong) {
      throw new Unsupported("number");
    }
    int order = value.compareTo(number);
    return switch (prefix) {
      case "eq", "ap" -> order == 0;
      case "ne" -> order != 0;
      case "gt", "sa" -> order > 0;
      case "lt", "eb" -> order < 0;
      case "ge" -> order >= 0;
      case "le" -> order <= 0;
      default -> throw new Unsupported("prefix " + prefix);
    };
  }

  /** What results are sorted by; null where there is nothing. */
  static String key(String type, Base value) {
    return switch (type) {
      case "token" ->
          tokens(value).stream()
              .filter(t -> t.code() != null)
              .map(Token::code)
              .findFirst()
              .orElse(null);
      case "string" -> strings(value).stream().map(String::toLowerCase).findFirst().orElse(null);
      case "date" -> Dates.key(value);
      case "reference" ->
          value instanceof Reference reference ? reference.getReference() : text(value);
      case "quantity" -> value instanceof Quantity q && q.getValue() != null ? size(q) : null;
      default -> text(value);
    };
  }

  private static String size(Quantity quantity) {
    return String.format(
        "%020d", quantity.getValue().multiply(BigDecimal.valueOf(1000)).longValue());
  }
}
