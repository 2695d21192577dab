package io.sallyport.proxy.noninterference;

import com.fasterxml.jackson.databind.JsonNode;
import io.sallyport.proxy.noninterference.Sample.Says;
import java.util.List;
import java.util.Map;

/**
 * Roles whose resources are given by what they say: by conditions of the policy, on elements that
 * are shown and on hidden ones, and by the constraints of a token's scopes. What they ask is
 * written once more by hand for the oracle.
 *
 * <p>Few are withheld: where ten pages in a row have nothing to release, a short page tells so.
 */
final class Said {
  private static final String CODES = "http://example.org/codes";

  static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      roles:
        chart:
          purpose: [TREAT]
          types:
            Patient:
              do: [read, search]
              show: all
              hide: [birthDate]
              include: ["rev:Observation:subject"]
            Observation:
              do: [read, search]
              show: all
              hide: [method, note]
              include: ["Observation:subject"]
              when:
                - "resource.status in ['final', 'amended', 'preliminary']"
                - "!has(resource.method) || !('http://example.org/codes|c0' in resource.method)"
            Encounter:
              do: [read, search]
              show: all
              hide: [class, text]
              when: "resource.class != 'http://example.org/codes|c0'"
        lab-app:
          purpose: [PATRQT]
          scopes: enforce
          compartment: {Patient: token.patient, membership: subject}
          types:
            Patient: {do: [read, search], show: all, hide: [photo]}
            Observation: {do: [read, search], show: all, hide: [note]}
            Condition: {do: [read, search], show: all, hide: [note]}
      """;

  private static final String SCOPES =
      "patient/Patient.rs"
          + " patient/Observation.rs?status=final,registered"
          + " patient/Observation.rs?code=http://example.org/codes|c1,http://example.org/codes|c2,c3"
          + "&status=preliminary,amended"
          + " patient/Condition.rs?code=c0,c1,c2,http://example.org/codes|c3";

  private Said() {}

  static List<Sample> samples() {
    return samples(POLICY);
  }

  /** The same roles of another policy. */
  static List<Sample> samples(String policy) {
    return Sample.of(
        "said",
        policy,
        Map.of(
            "chart", new Says(Said::chart, "patient/*.rs"),
            "lab-app", new Says(Said::labApp, SCOPES)));
  }

  private static boolean chart(JsonNode resource) {
    return switch (resource.get("resourceType").asText()) {
      case "Observation" ->
          code(resource, "status", "final", "amended", "preliminary")
              && (!resource.has("method")
                  || (readable(resource.get("method"))
                      && !coded(resource.get("method"), true, "c0")));
      case "Encounter" ->
          resource.has("class")
              && readable(resource.get("class"))
              && !coding(resource.get("class"), true, "c0");
      default -> true;
    };
  }

  private static boolean labApp(JsonNode resource) {
    return switch (resource.get("resourceType").asText()) {
      case "Observation" ->
          code(resource, "status", "final", "registered")
              || (code(resource, "status", "preliminary", "amended")
                  && readable(resource.path("code"))
                  && (coded(resource.path("code"), true, "c1", "c2")
                      || coded(resource.path("code"), false, "c3")));
      case "Condition" ->
          readable(resource.path("code"))
              && (coded(resource.path("code"), false, "c0", "c1", "c2")
                  || coded(resource.path("code"), true, "c3"));
      default -> true;
    };
  }

  private static boolean code(JsonNode resource, String name, String... codes) {
    return List.of(codes).contains(resource.path(name).asText());
  }

  private static boolean coded(JsonNode concept, boolean system, String... codes) {
    for (JsonNode coding : concept.path("coding")) {
      if (coding(coding, system, codes)) {
        return true;
      }
    }
    return false;
  }

  private static boolean coding(JsonNode coding, boolean system, String... codes) {
    return code(coding, "code", codes) && (!system || coding.path("system").asText().equals(CODES));
  }

  /** Whether everything in it has a value, and every coding a code. */
  private static boolean readable(JsonNode node) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        String key = member.getKey();
        boolean told =
            key.startsWith("_")
                ? node.has(key.substring(1))
                : key.equals("extension") || readable(member.getValue());
        if (!told) {
          return false;
        }
      }
      boolean coding = node.has("system") || node.has("display") || node.has("userSelected");
      return !coding || node.has("code");
    }
    for (JsonNode item : node) {
      if (!readable(item)) {
        return false;
      }
    }
    return !node.isNull() && !node.isMissingNode();
  }
}
