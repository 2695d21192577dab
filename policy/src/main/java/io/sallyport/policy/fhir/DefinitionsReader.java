package io.sallyport.policy.fhir;

import io.sallyport.policy.fhir.Definitions.Element;
import io.sallyport.policy.fhir.Definitions.Kind;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Definitions.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the compact resource that the build extracted; {@code extract.Extract} documents its lines.
 */
final class DefinitionsReader {
  private final String version;
  private final Map<String, Type> types = new TreeMap<>();
  private final List<String> resources = new ArrayList<>();
  private final List<SearchParameter> published = new ArrayList<>();
  private final Map<String, List<String>> compartment = new HashMap<>();
  private final Map<String, List<String>> patients = new HashMap<>();

  DefinitionsReader(String version) {
    this.version = version;
  }

  Definitions read(String resource) {
    List<Element> elements = new ArrayList<>();
    String[] type = null;
    for (String line : text(resource).split("\n")) {
      String[] f = line.split("\t", -1);
      if (type != null && !f[0].equals("E")) {
        type(type, elements);
        type = null;
      }
      switch (f[0]) {
        case "V" -> {} // what it was extracted from
        case "T" -> {
          type = f;
          elements.clear();
        }
        case "E" -> elements.add(element(f));
        case "S" -> published.add(parameter(f));
        case "C" -> compartment.put(f[1], list(f[2]));
        case "P" -> patients.put(f[1], list(f[2]));
        default -> throw new IllegalStateException("unknown line " + f[0] + " in " + resource);
      }
    }
    resources.sort(null);
    return new Definitions(
        version,
        Collections.unmodifiableMap(types),
        List.copyOf(resources),
        byType(),
        Map.copyOf(compartment),
        Map.copyOf(patients));
  }

  private void type(String[] f, List<Element> elements) {
    Kind kind = Kind.valueOf(f[2]);
    types.put(f[1], new Type(f[1], kind, f[3], List.copyOf(elements)));
    if (kind == Kind.RESOURCE && f[4].equals("false")) {
      resources.add(f[1]);
    }
  }

  private static Element element(String[] f) {
    return new Element(
        f[1],
        f[2],
        Integer.parseInt(f[3]),
        f[4].equals("true"),
        f[5].equals("true"),
        f[6].equals("true"),
        f[7].equals("true"),
        list(f[8]));
  }

  private static SearchParameter parameter(String[] f) {
    List<Map.Entry<String, String>> components = new ArrayList<>();
    for (String component : list(f[5].replace(',', '\u0000').replace(';', ','))) {
      String[] pair = component.replace('\u0000', ',').split("=", 2);
      components.add(Map.entry(pair[0], pair[1]));
    }
    return new SearchParameter(f[1], f[2], list(f[3]), f[4], List.copyOf(components), list(f[6]));
  }

  private Map<String, Map<String, SearchParameter>> byType() {
    Map<String, Map<String, SearchParameter>> byType = new HashMap<>();
    for (String type : resources) {
      Map<String, SearchParameter> mine = new TreeMap<>();
      for (SearchParameter parameter : published) {
        boolean inherited =
            parameter.bases().contains("Resource")
                || (parameter.bases().contains("DomainResource")
                    && types.get(type).parent().equals("DomainResource"));
        if (inherited || parameter.bases().contains(type)) {
          mine.put(parameter.code(), parameter);
        }
      }
      byType.put(type, Collections.unmodifiableMap(mine));
    }
    return Map.copyOf(byType);
  }

  private static List<String> list(String joined) {
    return joined.isEmpty() ? List.of() : List.of(joined.split(","));
  }

  private static String text(String resource) {
    try (var in = DefinitionsReader.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "definitions are missing from the build: " + resource + ". Run the build of policy.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
