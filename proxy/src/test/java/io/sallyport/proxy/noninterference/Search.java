package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.noninterference.MemoryEhr.Asked;
import io.sallyport.proxy.noninterference.Published.Parameter;
import io.sallyport.proxy.noninterference.Published.Part;
import io.sallyport.proxy.noninterference.World.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.DateType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;

/** Finds what matches in a world: every published parameter, its modifiers, chains and _has. */
final class Search {
  private final World world;
  private final String base;

  Search(World world, String base) {
    this.world = world;
    this.base = base;
  }

  List<Stored> find(String type, List<Asked> criteria, String sort) {
    criteria.forEach(one -> check(type, one.code(), one.value()));
    List<Stored> found = new ArrayList<>(world.of(type));
    for (Asked one : criteria) {
      found.removeIf(stored -> !matches(stored, one.code(), one.value()));
    }
    Comparator<Stored> order = Comparator.comparingInt(this::place);
    String[] keys = sort.isEmpty() ? new String[0] : sort.split(",");
    for (int i = keys.length - 1; i >= 0; i--) {
      order = by(type, keys[i]).thenComparing(order);
    }
    found.sort(order);
    return found;
  }

  /** What a search leaves open is in an order of this server's own, in which all of it shows. */
  private int place(Stored stored) {
    return world.mark() ^ Arrays.hashCode(stored.json);
  }

  /** Whether a search is understood depends on no resource. */
  private void check(String type, String code, String value) {
    if (code.startsWith("_has:")) {
      String[] parts = code.split(":", 4);
      if (parts.length < 4 || !Maker.TYPES.contains(parts[1])) {
        throw new Match.Unsupported(code);
      }
      parameter(parts[1], parts[2]);
      check(parts[1], parts[3], value);
      return;
    }
    int dot = code.indexOf('.');
    String name = name(code);
    Parameter parameter = parameter(type, name);
    if (dot >= 0) {
      chain(dot > name.length() ? code.substring(name.length() + 1, dot) : "", code, dot, value);
      return;
    }
    String modifier = code.length() > name.length() ? code.substring(name.length() + 1) : "";
    if (modifier.equals("missing")) {
      if (!value.matches("true|false")) {
        throw new Match.Unsupported(code);
      }
      return;
    }
    for (String one : value.split(",", -1)) {
      String[] parts = one.split("\\$", -1);
      if (!parameter.type().equals("composite")) {
        Match.matches(parameter.type(), modifier, example(parameter.type()), one, base);
      } else if (parts.length != parameter.components().size()) {
        throw new Match.Unsupported(code);
      } else {
        for (int i = 0; i < parts.length; i++) {
          String of = parameter.components().get(i).type();
          Match.matches(of, modifier, example(of), parts[i], base);
        }
      }
    }
  }

  /** A chain goes on by a parameter that one of the types that it may lead to has. */
  private void chain(String type, String code, int dot, String value) {
    String rest = code.substring(dot + 1);
    boolean known = false;
    for (String each : type.isEmpty() ? Maker.TYPES : List.of(type)) {
      if (has(each, rest)) {
        check(each, rest, value);
        known = true;
      }
    }
    if (!known) {
      throw new Match.Unsupported(code);
    }
  }

  private static boolean has(String type, String code) {
    return Published.r4().has(type, name(code)) || code.startsWith("_has:");
  }

  private static Base example(String type) {
    return switch (type) {
      case "token" -> new CodeType("x");
      case "date" -> new DateType("2000");
      case "reference" -> new Reference("x");
      case "quantity" -> new Quantity(1);
      default -> new StringType("x");
    };
  }

  private static Parameter parameter(String type, String name) {
    if (!Published.r4().has(type, name)) {
      throw new Match.Unsupported(name);
    }
    return Published.r4().of(type).get(name);
  }

  /** The parameter that a code begins with, without modifier or chain. */
  private static String name(String code) {
    return code.split("[:.]", 2)[0];
  }

  private boolean matches(Stored stored, String code, String value) {
    if (code.startsWith("_has:")) {
      String[] parts = code.split(":", 4);
      return world.of(parts[1]).stream()
          .anyMatch(
              other ->
                  targets(other, parts[2], "").contains(stored) && matches(other, parts[3], value));
    }
    String name = name(code);
    int dot = code.indexOf('.');
    if (dot >= 0) {
      String type = dot > name.length() ? code.substring(name.length() + 1, dot) : "";
      String rest = code.substring(dot + 1);
      return targets(stored, name, type).stream()
          .anyMatch(t -> has(t.type, rest) && matches(t, rest, value));
    }
    Parameter parameter = parameter(stored.type, name);
    String modifier = code.length() > name.length() ? code.substring(name.length() + 1) : "";
    List<Base> values = stored.values(parameter);
    if (modifier.equals("missing")) {
      return values.isEmpty() == Boolean.parseBoolean(value);
    }
    boolean any = false;
    for (String one : value.split(",", -1)) {
      for (Base each : values) {
        any |= matches(parameter, modifier, each, one);
      }
    }
    return any != modifier.equals("not");
  }

  private boolean matches(Parameter parameter, String modifier, Base value, String wanted) {
    if (!parameter.type().equals("composite")) {
      return Match.matches(parameter.type(), modifier, value, wanted, base);
    }
    String[] parts = wanted.split("\\$", -1);
    boolean all = true;
    for (int i = 0; i < parts.length; i++) {
      Part part = parameter.components().get(i);
      String one = parts[i];
      all &=
          Published.r4().values(value, List.of(part.path())).stream()
              .anyMatch(v -> Match.matches(part.type(), "", v, one, base));
    }
    return all;
  }

  /** What a reference parameter leads to in this world. */
  private List<Stored> targets(Stored stored, String name, String type) {
    List<Stored> targets = new ArrayList<>();
    for (Base value : stored.values(parameter(stored.type, name))) {
      String[] parts =
          value instanceof Reference reference && reference.getReference() != null
              ? reference.getReference().split("/")
              : new String[0];
      Stored target = parts.length == 2 ? world.find(parts[0], parts[1]) : null;
      if (target != null && (type.isEmpty() || target.type.equals(type))) {
        targets.add(target);
      }
    }
    return targets;
  }

  /** What {@code _include=Type:parameter[:Target]} adds to a page. */
  List<Stored> included(List<Stored> page, String code, String value) {
    String[] parts = value.split(":");
    if (parts.length < 2 || !Maker.TYPES.contains(parts[0])) {
      throw new Match.Unsupported(code);
    }
    parameter(parts[0], parts[1]);
    String type = parts.length > 2 ? parts[2] : "";
    List<Stored> included = new ArrayList<>();
    if (code.equals("_include")) {
      page.stream()
          .filter(stored -> stored.type.equals(parts[0]))
          .forEach(stored -> included.addAll(targets(stored, parts[1], type)));
    } else {
      world.of(parts[0]).stream()
          .filter(stored -> targets(stored, parts[1], type).stream().anyMatch(page::contains))
          .forEach(included::add);
    }
    return included;
  }

  private static Comparator<Stored> by(String type, String key) {
    boolean down = key.startsWith("-");
    Parameter parameter = parameter(type, down ? key.substring(1) : key);
    Comparator<String> order = down ? Comparator.reverseOrder() : Comparator.naturalOrder();
    return Comparator.comparing(
        (Stored stored) ->
            stored.values(parameter).stream()
                .map(value -> Match.key(parameter.type(), value))
                .filter(Objects::nonNull)
                .min(order)
                .orElse(null),
        Comparator.nullsLast(order));
  }
}
