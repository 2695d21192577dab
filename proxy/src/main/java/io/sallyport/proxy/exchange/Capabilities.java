package io.sallyport.proxy.exchange;

import io.sallyport.policy.Abilities;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.RoleRules;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.proxy.authn.Published;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The CapabilityStatement: written by us, never the upstream's. It says what this caller's role may
 * do here and the record system can, and no word of what else stands behind.
 *
 * @see <a href="https://hl7.org/fhir/R4/capabilitystatement.html">FHIR R4 CapabilityStatement</a>
 */
final class Capabilities {
  /** How results are wanted: ours to do, for every type. */
  private static final String RESULTS =
      ",\"searchParam\":["
          + "{\"name\":\"_count\",\"type\":\"number\"},"
          + "{\"name\":\"_elements\",\"type\":\"string\"},"
          + "{\"name\":\"_sort\",\"type\":\"string\"},"
          + "{\"name\":\"_summary\",\"type\":\"token\"},"
          + "{\"name\":\"_total\",\"type\":\"token\"}]";

  private final Instant since;

  /**
   * @param since when this appliance began to say so: the statement's date
   */
  Capabilities(Instant since) {
    this.since = since;
  }

  /**
   * The statement.
   *
   * @param offer what the record system can do: no more is promised
   * @param issuer where tokens are to be had
   */
  byte[] of(Route route, Abilities role, Offer offer, Published issuer) {
    PolicySet policy = route.policy();
    StringBuilder json = new StringBuilder(4096);
    json.append("{\"resourceType\":\"CapabilityStatement\",\"status\":\"active\",\"date\":\"")
        .append(since.toString(), 0, 10)
        .append("\",\"kind\":\"instance\",\"software\":{\"name\":\"Sallyport\"},")
        .append("\"implementation\":{\"description\":\"Sallyport\",\"url\":\"")
        .append(route.rebase().external())
        .append(
            "\"},\"fhirVersion\":\"4.0.1\",\"format\":[\"json\"],\"rest\":[{\"mode\":\"server\"")
        .append(",\"security\":{")
        .append(security(issuer))
        .append("\"description\":\"OAuth 2.0 bearer token\"}");
    String separator = ",\"resource\":[";
    boolean any = false;
    for (String type : policy.definitions().resources()) {
      if (!interactions(role, type, offer).isEmpty()) {
        json.append(separator);
        resource(json, policy, role, type, offer);
        separator = ",";
        any = true;
      }
    }
    return json.append(any ? "]" : "")
        .append(",\"interaction\":[{\"code\":\"batch\"}]")
        .append(RESULTS)
        .append("}]}")
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Where tokens are to be had, as SMART App Launch 1 has it; "" where that is not known. */
  private static String security(Published issuer) {
    String token = issuer.endpoint("token_endpoint");
    String authorize = issuer.endpoint("authorization_endpoint");
    return token == null || authorize == null
        ? ""
        : "\"extension\":[{\"url\":\"http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris\","
            + "\"extension\":[{\"url\":\"token\",\"valueUri\":\""
            + token
            + "\"},{\"url\":\"authorize\",\"valueUri\":\""
            + authorize
            + "\"}]}],\"service\":[{\"coding\":[{\"system\":"
            + "\"http://terminology.hl7.org/CodeSystem/restful-security-service\","
            + "\"code\":\"SMART-on-FHIR\"}]}],";
  }

  /** What the role may do with a type and the record system can. */
  private static Set<String> interactions(Abilities role, String type, Offer offer) {
    Set<String> both = new TreeSet<>(role.interactions(type));
    both.removeIf(
        word ->
            word.startsWith("$")
                ? !offer.operation(type, word.substring(1))
                : !offer.interaction(type, code(word)));
    return both;
  }

  private static void resource(
      StringBuilder json, PolicySet policy, Abilities role, String type, Offer offer) {
    json.append("{\"type\":\"").append(type).append("\",\"interaction\":[");
    String separator = "";
    List<String> operations = new ArrayList<>();
    Set<String> interactions = interactions(role, type, offer);
    for (String interaction : interactions) {
      if (interaction.startsWith("$")) {
        operations.add(interaction.substring(1));
        continue;
      }
      json.append(separator).append("{\"code\":\"").append(code(interaction)).append("\"}");
      separator = ",";
    }
    json.append(']');
    operations(json, type, operations);
    if (interactions.contains("search")) {
      separator = ",\"searchParam\":[";
      boolean any = false;
      for (String code : new TreeSet<>(role.searchable(type))) {
        Definitions.SearchParameter parameter = policy.definitions().searchParameter(type, code);
        if (parameter != null && offer.parameter(type, code)) {
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
