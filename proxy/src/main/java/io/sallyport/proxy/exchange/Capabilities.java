package io.sallyport.proxy.exchange;

import io.sallyport.policy.Abilities;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.fhir.Definitions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The CapabilityStatement: written by us from the policy, never the upstream's. It says what this
 * caller's role may do here, and no word of what stands behind.
 *
 * @see <a href="https://hl7.org/fhir/R4/capabilitystatement.html">FHIR R4 CapabilityStatement</a>
 */
final class Capabilities {
  private final Instant since;

  /**
   * @param since when this appliance began to say so: the statement's date
   */
  Capabilities(Instant since) {
    this.since = since;
  }

  byte[] of(Route route, Abilities role) {
    PolicySet policy = route.policy();
    StringBuilder json = new StringBuilder(4096);
    json.append("{\"resourceType\":\"CapabilityStatement\",\"status\":\"active\",\"date\":\"")
        .append(since.toString(), 0, 10)
        .append("\",\"kind\":\"instance\",\"software\":{\"name\":\"Sallyport\"},")
        .append("\"implementation\":{\"description\":\"Sallyport\",\"url\":\"")
        .append(route.rebase().external())
        .append(
            "\"},\"fhirVersion\":\"4.0.1\",\"format\":[\"json\"],\"rest\":[{\"mode\":\"server\"")
        .append(",\"security\":{\"description\":\"OAuth 2.0 bearer token\"}");
    String separator = ",\"resource\":[";
    boolean any = false;
    for (String type : policy.definitions().resources()) {
      if (!role.interactions(type).isEmpty()) {
        json.append(separator);
        resource(json, policy, role, type);
        separator = ",";
        any = true;
      }
    }
    return json.append(any ? "]" : "")
        .append(",\"interaction\":[{\"code\":\"batch\"}]}]}")
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void resource(StringBuilder json, PolicySet policy, Abilities role, String type) {
    json.append("{\"type\":\"").append(type).append("\",\"interaction\":[");
    String separator = "";
    List<String> operations = new ArrayList<>();
    for (String interaction : new TreeSet<>(role.interactions(type))) {
      if (interaction.startsWith("$")) {
        operations.add(interaction.substring(1));
        continue;
      }
      json.append(separator).append("{\"code\":\"").append(code(interaction)).append("\"}");
      separator = ",";
    }
    json.append(']');
    operations(json, type, operations);
    if (role.interactions(type).contains("search")) {
      separator = ",\"searchParam\":[";
      boolean any = false;
      for (String code : new TreeSet<>(role.searchable(type))) {
        Definitions.SearchParameter parameter = policy.definitions().searchParameter(type, code);
        if (parameter != null) {
          json.append(separator)
              .append("{\"name\":\"")
              .append(code)
              .append("\",\"type\":\"")
              .append(parameter.type())
              .append("\"}");
          separator = ",";
          any = true;
        }
      }
      json.append(any ? "]" : "");
      includes(json, role.includes(type), false, "searchInclude");
      includes(json, role.includes(type), true, "searchRevInclude");
    }
    json.append('}');
  }

  /** That of a type's history depends on more than the role. */
  private static String code(String interaction) {
    return switch (interaction) {
      case "search" -> "search-type";
      case "history" -> "history-instance";
      default -> interaction;
    };
  }

  private static void operations(StringBuilder json, String type, List<String> names) {
    String separator = ",\"operation\":[";
    for (String name : names) {
      json.append(separator)
          .append("{\"name\":\"")
          .append(name)
          .append("\",\"definition\":\"http://hl7.org/fhir/OperationDefinition/")
          .append(type)
          .append('-')
          .append(name)
          .append("\"}");
      separator = ",";
    }
    json.append(names.isEmpty() ? "" : "]");
  }

  private static void includes(
      StringBuilder json, List<RoleRules.Include> pairs, boolean reverse, String member) {
    Set<String> codes = new TreeSet<>();
    for (RoleRules.Include pair : pairs) {
      if (pair.reverse() == reverse) {
        String target = pair.target().isEmpty() ? "" : ":" + pair.target();
        codes.add("\"" + pair.source() + ":" + pair.code() + target + "\"");
      }
    }
    if (!codes.isEmpty()) {
      json.append(",\"").append(member).append("\":[").append(String.join(",", codes)).append(']');
    }
  }
}
