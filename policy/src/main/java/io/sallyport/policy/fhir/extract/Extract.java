package io.sallyport.policy.fhir.extract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Writes {@code r4.definitions}: a line a fact, tab-separated.
 *
 * <pre>
 * V stamp                            what it was made from: the sources and this program
 * T name kind parent abstract        a type; its E lines follow
 * E name path min list choice modifier summary types
 * S code type bases expression components targets   a search parameter
 * C type codes                       patient compartment: the parameters that make a member
 * P type paths                       the elements that name the patient
 * </pre>
 */
public final class Extract {
  private static final String MODEL = "/org/hl7/fhir/r4/model/";
  private static final String TYPES = MODEL + "profile/profiles-types.xml";
  private static final String RESOURCES = MODEL + "profile/profiles-resources.xml";
  private static final String PARAMETERS = MODEL + "sp/search-parameters.json";
  private static final String FHIR_TYPE =
      "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

  /** Parameters whose reference says whom a resource is about. */
  private static final Set<String> ABOUT = Set.of("patient", "subject", "beneficiary");

  private final List<String> lines = new ArrayList<>();
  private final Map<String, List<String>> compartment = new TreeMap<>();
  private final Set<String> concrete = new TreeSet<>();

  private Extract() {}

  public static void main(String[] args) throws Exception {
    Path out = Path.of(args[0]);
    String stamp = "V\t" + stamp();
    if (Files.exists(out)) {
      try (Stream<String> lines = Files.lines(out)) {
        if (lines.findFirst().orElse("").equals(stamp)) {
          return;
        }
      }
    }
    Extract extract = new Extract();
    extract.lines.add(stamp);
    extract.structures(TYPES);
    extract.structures(RESOURCES);
    extract.parameters(PARAMETERS);
    extract.compartment.forEach(
        (type, codes) -> extract.lines.add("C\t" + type + "\t" + String.join(",", codes)));
    Files.createDirectories(out.getParent());
    Files.writeString(out, String.join("\n", extract.lines) + "\n", StandardCharsets.UTF_8);
  }

  /** Changes with the published definitions and with the program that reads them. */
  private static String stamp() throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String source : List.of("Extract.class", "Tree.class", TYPES, RESOURCES, PARAMETERS)) {
      try (InputStream in = open(source)) {
        digest.update(in.readAllBytes());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void structures(String resource) throws IOException, XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    try (InputStream in = open(resource)) {
      XMLStreamReader reader = factory.createXMLStreamReader(in);
      while (reader.hasNext()) {
        if (reader.next() == XMLStreamConstants.START_ELEMENT) {
          if (reader.getLocalName().equals("StructureDefinition")) {
            structure(Tree.read(reader));
          } else if (reader.getLocalName().equals("CompartmentDefinition")) {
            compartment(Tree.read(reader));
          }
        }
      }
    }
  }

  private void structure(Tree definition) {
    String kind =
        switch (definition.text("kind")) {
          case "resource" -> "RESOURCE";
          case "complex-type" -> "DATATYPE";
          case "primitive-type" -> "PRIMITIVE";
          default -> "";
        };
    if (kind.isEmpty() || definition.text("derivation").equals("constraint")) {
      return;
    }
    String name = definition.text("type");
    String base = definition.text("baseDefinition");
    boolean isAbstract = definition.text("abstract").equals("true");
    if (kind.equals("RESOURCE") && !isAbstract) {
      concrete.add(name);
    }
    // Elements by the path of their parent; the parents in the order of the definition.
    Map<String, List<Tree>> byParent = new LinkedHashMap<>();
    byParent.put(name, new ArrayList<>());
    for (Tree element : definition.one("snapshot").all("element")) {
      String path = element.text("path");
      int dot = path.lastIndexOf('.');
      if (dot > 0 && element.one("sliceName") == null && !element.text("max").equals("0")) {
        byParent.computeIfAbsent(path.substring(0, dot), p -> new ArrayList<>()).add(element);
      }
    }
    byParent.forEach(
        (path, elements) -> {
          boolean root = path.equals(name);
          lines.add(
              String.join(
                  "\t",
                  "T",
                  path,
                  root ? kind : "BACKBONE",
                  root ? base.substring(base.lastIndexOf('/') + 1) : "BackboneElement",
                  root ? Boolean.toString(isAbstract) : "false"));
          for (Tree element : elements) {
            // A primitive's value is the JSON value itself, not a member.
            if (!(kind.equals("PRIMITIVE") && element.text("path").endsWith(".value"))) {
              lines.add(element(element, byParent.keySet()));
            }
          }
        });
  }

  private static String element(Tree element, Set<String> parents) {
    String path = element.text("path");
    boolean choice = path.endsWith("[x]");
    String plain = choice ? path.substring(0, path.length() - 3) : path;
    Set<String> types = new LinkedHashSet<>();
    if (parents.contains(path)) {
      types.add(path);
    } else if (!element.text("contentReference").isEmpty()) {
      types.add(element.text("contentReference").substring(1));
    } else {
      for (Tree type : element.all("type")) {
        types.add(type(type));
      }
    }
    return String.join(
        "\t",
        "E",
        plain.substring(plain.lastIndexOf('.') + 1),
        plain,
        element.text("min"),
        Boolean.toString(!element.text("max").equals("1")),
        Boolean.toString(choice),
        element.text("isModifier").equals("true") ? "true" : "false",
        element.text("isSummary").equals("true") ? "true" : "false",
        String.join(",", types));
  }

  private static String type(Tree type) {
    String code = type.text("code");
    if (!code.startsWith("http://hl7.org/fhirpath/")) {
      return code;
    }
    for (Tree extension : type.all("extension")) {
      if (extension.value().equals(FHIR_TYPE)) {
        return extension.text("valueUrl");
      }
    }
    return "string";
  }

  private void compartment(Tree definition) {
    if (!definition.text("code").equals("Patient")) {
      return;
    }
    for (Tree resource : definition.all("resource")) {
      List<String> codes = resource.all("param").stream().map(Tree::value).toList();
      if (!codes.isEmpty()) {
        compartment.put(resource.text("code"), codes);
      }
    }
  }

  private void parameters(String resource) throws IOException {
    JsonNode bundle;
    try (InputStream in = open(resource)) {
      bundle = new ObjectMapper().readTree(in);
    }
    Map<String, Set<String>> about = new TreeMap<>();
    for (JsonNode entry : bundle.get("entry")) {
      JsonNode parameter = entry.get("resource");
      List<String> bases = new ArrayList<>();
      parameter.get("base").forEach(b -> bases.add(b.asText()));
      List<String> components = new ArrayList<>();
      for (JsonNode component : parameter.path("component")) {
        String definition = component.get("definition").asText();
        components.add(
            definition.substring(definition.lastIndexOf('/') + 1)
                + "="
                + component.get("expression").asText());
      }
      List<String> targets = new ArrayList<>();
      parameter.path("target").forEach(t -> targets.add(t.asText()));
      String code = parameter.get("code").asText();
      String expression = parameter.path("expression").asText("");
      lines.add(
          String.join(
              "\t",
              "S",
              code,
              parameter.get("type").asText(),
              String.join(",", bases),
              expression.replaceAll("\\s+", " "),
              String.join(";", components),
              String.join(",", targets)));
      if (ABOUT.contains(code) && parameter.get("type").asText().equals("reference")) {
        about(bases, expression, about);
      }
    }
    about.forEach((type, paths) -> lines.add("P\t" + type + "\t" + String.join(",", paths)));
  }

  private void about(List<String> bases, String expression, Map<String, Set<String>> about) {
    for (String term : expression.split("\\|")) {
      Matcher matcher =
          Pattern.compile("\\(?([A-Z][A-Za-z]+)((?:\\.[a-z][A-Za-z]*)+?)(?:\\.where\\(.*)?\\)?")
              .matcher(term.strip());
      if (matcher.matches()
          && bases.contains(matcher.group(1))
          && concrete.contains(matcher.group(1))) {
        about
            .computeIfAbsent(matcher.group(1), t -> new TreeSet<>())
            .add(matcher.group(1) + matcher.group(2));
      }
    }
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = Extract.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IOException("not on the class path: " + resource);
    }
    return in;
  }
}
