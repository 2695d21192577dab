package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Values of elements, from pools so small that resources share them and searches find several. */
final class Values {
  private static final List<String> WORDS =
      List.of(
          "Amber",
          "Birch",
          "Cedar",
          "Delta",
          "Ember",
          "Fjord",
          "Grove",
          "Heron",
          "Iris O'Neil",
          "Jürgen");

  private static final String USE = "usual official temp old";

  /** The codes of elements that are bound to few. */
  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("Patient.gender", "male female other unknown"),
          Map.entry("Practitioner.gender", "male female other unknown"),
          Map.entry("Patient.contact.gender", "male female other unknown"),
          Map.entry("Patient.link.type", "replaces seealso refer"),
          Map.entry("Observation.status", "registered preliminary final amended"),
          Map.entry("Encounter.status", "planned arrived in-progress finished"),
          Map.entry("Encounter.statusHistory.status", "planned arrived in-progress finished"),
          Map.entry("Encounter.location.status", "planned active reserved completed"),
          Map.entry("Procedure.status", "preparation in-progress completed"),
          Map.entry("Claim.status", "active cancelled draft"),
          Map.entry("Claim.use", "claim preauthorization predetermination"),
          Map.entry("Coverage.status", "active cancelled draft"),
          Map.entry("MedicationRequest.status", "active on-hold completed"),
          Map.entry("MedicationRequest.intent", "proposal plan order"),
          Map.entry("MedicationRequest.priority", "routine urgent asap stat"),
          Map.entry("AllergyIntolerance.type", "allergy intolerance"),
          Map.entry("AllergyIntolerance.category", "food medication environment"),
          Map.entry("AllergyIntolerance.criticality", "low high unable-to-assess"),
          Map.entry("AllergyIntolerance.reaction.severity", "mild moderate severe"),
          Map.entry("Identifier.use", USE),
          Map.entry("HumanName.use", USE),
          Map.entry("Address.use", "home work temp old"),
          Map.entry("Address.type", "postal physical both"),
          Map.entry("ContactPoint.system", "phone email fax"),
          Map.entry("ContactPoint.use", "home work mobile"),
          Map.entry("Narrative.status", "generated additional"),
          Map.entry("Quantity.comparator", "< >"),
          Map.entry("Age.comparator", "< >"),
          Map.entry("Duration.comparator", "< >"),
          Map.entry("Distance.comparator", "< >"),
          Map.entry("Count.comparator", "< >"),
          Map.entry("Timing.repeat.durationUnit", "s min h d"),
          Map.entry("Timing.repeat.periodUnit", "s min h d"),
          Map.entry("Timing.repeat.dayOfWeek", "mon tue wed"),
          Map.entry("Timing.repeat.when", "MORN NOON NIGHT"),
          Map.entry("Quantity.code", "mg kg mmol"),
          Map.entry("Duration.code", "h d"),
          Map.entry("Age.code", "a mo"));

  private Values() {}

  /**
   * A value of a primitive.
   *
   * @param place the type it stands in and the element's name
   */
  static JsonNode of(String type, String place, Random random) {
    return switch (type) {
      case "boolean" -> BooleanNode.valueOf(random.nextBoolean());
      case "integer", "unsignedInt", "positiveInt" -> IntNode.valueOf(1 + random.nextInt(9));
      case "decimal" -> DecimalNode.valueOf(new BigDecimal(1 + random.nextInt(8)).movePointLeft(1));
      default -> TextNode.valueOf(text(type, place, random));
    };
  }

  private static String text(String type, String place, Random random) {
    return switch (type) {
      case "date" -> day(random);
      case "dateTime" -> random.nextInt(3) == 0 ? day(random) : moment(random);
      case "instant" -> moment(random);
      case "time" -> "10:0" + random.nextInt(10) + ":00";
      case "code" -> code(place, random);
      case "uri", "url", "canonical" -> "http://example.org/" + (char) ('a' + random.nextInt(4));
      case "oid" -> "urn:oid:1.2." + random.nextInt(9);
      case "uuid" -> "urn:uuid:00000000-0000-4000-8000-00000000000" + random.nextInt(9);
      case "id" -> "id-" + random.nextInt(9);
      case "base64Binary" -> "QUJD";
      case "xhtml" -> "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + word(random) + "</div>";
      default -> string(place, random);
    };
  }

  private static String string(String place, Random random) {
    return switch (place) {
      case "Address.postalCode" -> List.of("02139", "02138", "10117-1234").get(random.nextInt(3));
      case "Address.state" -> List.of("MA", "NY", "VT").get(random.nextInt(3));
      case "ContactPoint.value", "Identifier.value" -> "" + (555010 + random.nextInt(6));
      default -> random.nextInt(4) == 0 ? word(random) + " " + word(random) : word(random);
    };
  }

  static String word(Random random) {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  private static String code(String place, Random random) {
    String[] codes = CODES.getOrDefault(place, "aa bb cc dd").split(" ");
    return codes[random.nextInt(codes.length)];
  }

  private static String day(Random random) {
    int year = 1932 + 17 * random.nextInt(6);
    return year + "-0" + (1 + random.nextInt(9)) + "-1" + random.nextInt(10);
  }

  private static String moment(Random random) {
    return day(random) + "T0" + random.nextInt(10) + ":30:00Z";
  }
}
