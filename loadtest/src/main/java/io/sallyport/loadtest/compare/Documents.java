package io.sallyport.loadtest.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the record system answers: synthetic resources of the demo, marked. What the policy hides
 * holds the word {@code hidden-}, what it shows {@code visible-}, so that an answer can be judged
 * without knowing how the redactor works.
 */
public final class Documents {
  static final String HIDDEN = "hidden-";
  static final String VISIBLE = "visible-";
  static final String PATIENT = "compare-patient";

  /** What is added to a search so that nothing hidden decides the order of what it finds. */
  static final String ORDER = "&_sort=_id";

  /** A hidden value that cannot hold a word, because it is a date. */
  static final String HIDDEN_DATE = "1931-07-19";

  /**
   * Hides eight paths of the Patient and six of each Observation, and what is derived from them.
   */
  public static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use, system: v3-ActReason}
      roles:
        nurse:
          purpose: [TREAT]
          types:
            Patient:
              do: [read, search]
              show: all
              hide: [telecom, birthDate, address.line, maritalStatus, contact, photo, managingOrganization, generalPractitioner]
            Observation:
              do: [read, search]
              show: all
              hide: [identifier, note, performer, device, bodySite, method]
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private Documents() {}

  /** A Patient of about 2.3 kB. */
  static byte[] patient() throws IOException {
    ObjectNode patient = stored("Patient").get(0);
    patient.put("id", PATIENT);
    patient.retain(
        Set.of("resourceType", "id", "meta", "extension", "identifier", "name", "gender"));
    ((ArrayNode) patient.path("extension")).remove(6);
    ((ArrayNode) patient.path("extension")).remove(5);
    ((ArrayNode) patient.path("identifier")).remove(4);
    ((ArrayNode) patient.path("identifier")).remove(3);
    ((ObjectNode) patient.at("/identifier/0")).put("value", VISIBLE + "identifier");
    ((ObjectNode) patient.at("/name/0")).put("family", VISIBLE + "family");
    patient.put("birthDate", HIDDEN_DATE);
    telecom(patient.putArray("telecom"));
    ObjectNode address = patient.putArray("address").addObject();
    address.putArray("line").add(HIDDEN + "line");
    address.put("city", VISIBLE + "city").put("state", "Massachusetts").put("country", "US");
    patient.putObject("maritalStatus").put("text", HIDDEN + "marital-status");
    telecom(patient.putArray("contact").addObject().putArray("telecom"));
    patient.putArray("photo").addObject().put("title", HIDDEN + "photo");
    patient.putObject("managingOrganization").put("display", HIDDEN + "organization");
    patient.putArray("generalPractitioner").addObject().put("display", HIDDEN + "practitioner");
    ObjectNode language = patient.putArray("communication").addObject().putObject("language");
    language.put("text", VISIBLE + "language");
    return JSON.writeValueAsBytes(patient);
  }

  private static void telecom(ArrayNode telecom) {
    telecom.addObject().put("system", "phone").put("value", HIDDEN + "telecom").put("use", "home");
  }

  /**
   * A searchset of so many Observations, of about 1.3 kB each.
   *
   * @param base the record system's own
   */
  static byte[] bundle(String base, int entries) throws IOException {
    List<ObjectNode> stored = new ArrayList<>(stored("Observation"));
    stored.removeIf(observation -> observation.has("component"));
    ObjectNode bundle = JSON.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "searchset").put("total", entries);
    bundle
        .putArray("link")
        .addObject()
        .put("relation", "self")
        .put("url", base + "/Observation?patient=" + PATIENT + "&_count=" + entries + ORDER);
    ArrayNode list = bundle.putArray("entry");
    for (int i = 0; i < entries; i++) {
      ObjectNode observation = stored.get(i % stored.size()).deepCopy();
      mark(observation, i);
      ObjectNode entry = list.addObject();
      entry.put("fullUrl", base + "/Observation/" + observation.path("id").asText());
      entry.set("resource", observation);
      entry.putObject("search").put("mode", "match");
    }
    return JSON.writeValueAsBytes(bundle);
  }

  private static void mark(ObjectNode observation, int i) {
    observation.put("id", "compare-" + i);
    observation
        .putArray("identifier")
        .addObject()
        .put("system", "urn:oid:2.16.840.1.113883.19.5")
        .put("value", HIDDEN + "identifier-" + i);
    ((ObjectNode) observation.path("code")).put("text", VISIBLE + "code-" + i);
    observation.putArray("interpretation").addObject().put("text", VISIBLE + "meaning-" + i);
    observation.putArray("referenceRange").addObject().put("text", VISIBLE + "range-" + i);
    observation.putObject("subject").put("reference", "Patient/" + PATIENT);
    observation.putArray("performer").addObject().put("display", HIDDEN + "performer-" + i);
    observation.putArray("note").addObject().put("text", HIDDEN + "note-" + i);
    observation.putObject("device").put("display", HIDDEN + "device-" + i);
    observation.putObject("bodySite").put("text", HIDDEN + "body-site-" + i);
    observation.putObject("method").put("text", HIDDEN + "method-" + i);
  }

  private static List<ObjectNode> stored(String type) throws IOException {
    String file = "/io/sallyport/loadtest/synthea/" + type + ".ndjson";
    List<ObjectNode> resources = new ArrayList<>();
    try (InputStream in = Documents.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException("no synthetic " + type + " on the class path");
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        resources.add((ObjectNode) JSON.readTree(line));
      }
    }
    return resources;
  }
}
