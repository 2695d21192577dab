package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.noninterference.Match.Token;
import io.sallyport.proxy.noninterference.Published.Parameter;
import io.sallyport.proxy.noninterference.Published.Part;
import io.sallyport.proxy.noninterference.World.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;

/** Writes searches for what a resource holds. */
final class Wanted {
  private final Sample sample;
  private final Random random;

  Wanted(Sample sample, Random random) {
    this.sample = sample;
    this.random = random;
  }

  /** One parameter of a query, by which the resource is found, mostly; null when there is none. */
  String part(Stored stored, Parameter parameter) {
    List<Base> values = stored.values(parameter);
    boolean composite = parameter.type().equals("composite");
    if (!composite && (values.isEmpty() || random.nextInt(20) == 0)) {
      return parameter.code() + ":missing=" + (random.nextInt(6) == 0 != values.isEmpty());
    }
    if (values.isEmpty()) {
      return null;
    }
    Base value = values.get(random.nextInt(values.size()));
    if (!composite) {
      return part(parameter.code(), parameter.type(), value);
    }
    List<String> parts = new ArrayList<>();
    for (Part component : parameter.components()) {
      List<Base> inner = Published.r4().values(value, List.of(component.path()));
      if (inner.isEmpty()) {
        return null;
      }
      String one = part("", component.type(), inner.get(0));
      if (one == null || one.startsWith(":")) {
        return null;
      }
      if (one.matches("=(ne|gt|lt|sa|eb).*") && random.nextInt(4) > 0) {
        one = "=" + one.substring(3); // what all parts find is seldom enough
      }
      parts.add(one.substring(1));
    }
    return parameter.code() + "=" + String.join("%24", parts);
  }

  private String part(String code, String type, Base value) {
    String[] asked =
        switch (type) {
          case "token" -> token(value);
          case "string" -> string(value);
          case "date" -> new String[] {"", date(value)};
          case "reference" -> reference(value);
          case "quantity" -> new String[] {"", quantity(value)};
          default -> new String[] {random.nextInt(4) == 0 ? ":below" : "", text(value)};
        };
    return asked[1] == null || asked[1].isEmpty()
        ? null
        : code + asked[0] + "=" + Grammar.encoded(asked[1]);
  }

  private static String text(Base value) {
    return value instanceof PrimitiveType<?> primitive ? primitive.getValueAsString() : null;
  }

  private String[] token(Base value) {
    List<Token> tokens = Match.tokens(value);
    Token token = tokens.get(random.nextInt(tokens.size()));
    int how = random.nextInt(10);
    if (how == 0 && token.text() != null) {
      return new String[] {":text", token.text()};
    }
    if (how == 1 && value instanceof Identifier identifier && identifier.getType().hasCoding()) {
      Coding coding = identifier.getType().getCodingFirstRep();
      String wanted = coding.getSystem() + "|" + coding.getCode() + "|" + identifier.getValue();
      return new String[] {":of-type", wanted};
    }
    String modifier = how == 2 ? ":not" : how == 3 && random.nextInt(4) == 0 ? ":in" : "";
    if (token.system() != null && how > 5) {
      return new String[] {modifier, token.system() + "|" + (how == 9 ? "" : word(token.code()))};
    }
    return new String[] {modifier, token.code()};
  }

  private static String word(String code) {
    return code == null ? "" : code;
  }

  private String[] string(Base value) {
    List<String> strings = Match.strings(value);
    if (strings.isEmpty()) {
      return new String[] {"", null};
    }
    String one = strings.get(random.nextInt(strings.size()));
    return switch (random.nextInt(4)) {
      case 0 -> new String[] {":exact", one};
      case 1 -> new String[] {":contains", one.substring(one.length() / 2)};
      default -> new String[] {"", one.substring(0, 1 + random.nextInt(one.length()))};
    };
  }

  private String date(Base value) {
    String text = text(value);
    if (value instanceof Period period) {
      text = period.getStartElement().getValueAsString();
      text = text == null ? period.getEndElement().getValueAsString() : text;
    }
    if (text == null) {
      return null;
    }
    int length = List.of(4, 7, 10, text.length()).get(random.nextInt(4));
    List<String> prefixes = List.of("", "", "ge", "le", "eq", "ne", "gt", "lt", "sa", "eb", "ap");
    return prefixes.get(random.nextInt(prefixes.size()))
        + text.substring(0, Math.min(length, text.length()));
  }

  private String[] reference(Base value) {
    if (!(value instanceof Reference reference)) {
      return new String[] {"", text(value)};
    }
    if (reference.getIdentifier().hasValue() && random.nextBoolean()) {
      return new String[] {":identifier", reference.getIdentifier().getValue()};
    }
    String target = reference.getReference();
    if (target == null || !target.contains("/")) {
      return new String[] {"", target == null ? null : sample.fragment(target)};
    }
    String[] parts = target.split("/");
    if (parts.length > 1 && !parts[1].isEmpty()) {
      parts[1] = sample.named(parts[0], parts[1]);
      target = String.join("/", parts);
    }
    return switch (random.nextInt(4)) {
      case 0 -> new String[] {"", parts[1]};
      case 1 -> new String[] {":" + parts[0], parts[1]};
      default -> new String[] {"", target};
    };
  }

  private String quantity(Base value) {
    if (!(value instanceof Quantity quantity) || quantity.getValue() == null) {
      return null;
    }
    List<String> prefixes = List.of("", "", "ge", "le", "ne", "gt", "lt");
    String number =
        prefixes.get(random.nextInt(prefixes.size())) + quantity.getValue().toPlainString();
    return quantity.hasCode() && random.nextInt(3) == 0
        ? number + "|" + word(quantity.getSystem()) + "|" + quantity.getCode()
        : number;
  }
}
