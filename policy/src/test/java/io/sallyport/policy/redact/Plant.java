package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.Type;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/** Resources of one element each, in which a value stands that stands nowhere else. */
final class Plant {
  /** One element, and from which type it is reached. */
  record Step(String owner, Element element, String type) {
    String key() {
      return element.name() + (element.choice() ? PathRule.capital(type) : "");
    }

    /** Whether it is the element of a datatype or resource, as {@code Address.city}. */
    boolean is(String pattern) {
      return pattern.equals(owner + "." + element.name());
    }
  }

  /** A primitive of a resource type: where a value may stand. */
  record Place(String resource, List<Step> steps) {
    Step last() {
      return steps.get(steps.size() - 1);
    }

    String path() {
      StringBuilder path = new StringBuilder(resource);
      steps.forEach(step -> path.append('.').append(step.key()));
      return path.toString();
    }

    boolean in(String type) {
      return steps.stream().anyMatch(step -> step.type().equals(type) || step.owner().equals(type));
    }
  }

  /**
   * A resource.
   *
   * @param value what must not show
   */
  record Planted(Place place, String value, String json) {
    /** As it stands in the resource: in base64 where that is the element's way. */
    String written() {
      boolean binary = place.last().type().equals("base64Binary");
      return binary ? base64(value) : value;
    }
  }

  private static final Definitions R4 = Definitions.r4();
  private static final LocalDate FIRST = LocalDate.of(1000, 1, 1);

  private int number;

  /**
   * Every primitive of a resource type, each datatype on the way once. An extension has every type
   * of value at a Patient, and a text everywhere else.
   */
  static void places(String resource, Consumer<Place> to) {
    places(resource, resource, List.of(), List.of(resource), to);
  }

  private static void places(
      String resource, String owner, List<Step> steps, List<String> chain, Consumer<Place> to) {
    for (Element element : R4.type(owner).elements()) {
      for (String of : element.types()) {
        Type type = R4.type(of);
        boolean deep =
            owner.equals("Extension") && !(resource.equals("Patient") && steps.size() == 1);
        boolean text = element.choice() && of.equals("string");
        if (type.kind() == Kind.RESOURCE || chain.contains(of) || (deep && !text)) {
          continue;
        }
        List<Step> here = new ArrayList<>(steps);
        here.add(new Step(owner, element, of));
        if (type.kind() == Kind.PRIMITIVE) {
          to.accept(new Place(resource, here));
          continue;
        }
        List<String> longer = new ArrayList<>(chain);
        longer.add(of);
        places(resource, of, here, longer, to);
      }
    }
  }

  /**
   * Puts a value there.
   *
   * @param owner the datatype that is told what it is by more than its value; "" for none
   * @param beside what it says besides, as {@code "system":"phone"}
   */
  Planted at(Place place, String owner, String beside) {
    String value = value(place.last());
    String json = written(place.last(), value);
    for (int i = place.steps().size() - 1; i >= 0; i--) {
      Step step = place.steps().get(i);
      String list = step.element().list() ? "[" + json + "]" : json;
      String member = "\"" + step.key() + "\":" + list;
      if (i == 0) {
        boolean id = step.is(place.resource() + ".id");
        json =
            "{\"resourceType\":\""
                + place.resource()
                + "\","
                + (id ? "" : "\"id\":\"r1\",")
                + member
                + "}";
      } else {
        String more = step.owner().equals(owner) ? beside + "," : "";
        if (step.owner().equals("Extension") && !step.is("Extension.url")) {
          more = "\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-birthPlace\",";
        }
        json = "{" + more + member + "}";
      }
    }
    return new Planted(place, value, json);
  }

  private String value(Step last) {
    number++;
    return switch (last.type()) {
      case "date", "dateTime", "instant" -> FIRST.plusDays(number).toString();
      case "decimal", "integer", "unsignedInt", "positiveInt" -> "7%08d".formatted(number);
      default -> "cnry-" + number + "-z";
    };
  }

  private static String written(Step last, String value) {
    return switch (last.type()) {
      case "decimal", "integer", "unsignedInt", "positiveInt" -> value;
      case "boolean" -> "true";
      case "time" -> "\"10:00:00\"";
      case "dateTime" -> "\"" + value + "T04:05:06Z\"";
      case "instant" -> "\"" + value + "T04:05:06.789Z\"";
      case "base64Binary" -> "\"" + base64(value) + "\"";
      case "xhtml" -> "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">" + value + "</div>\"";
      case "uri", "url", "canonical" -> "\"http://canary.example/" + value + "\"";
      default -> "\"" + (last.is("Reference.reference") ? "Patient/" : "") + value + "\"";
    };
  }

  private static String base64(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }
}
