package io.sallyport.proxy.noninterference;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.fhirpath.IFhirPath;
import ca.uhn.fhir.fhirpath.IFhirPath.IParsedExpression;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Reference;

/** FHIR's published search parameters, evaluated by HAPI's FHIRPath engine. */
final class Published {
  private static final class Once {
    static final Published R4 = new Published();
  }

  /**
   * One search parameter on one type.
   *
   * @param target what {@code .where(resolve() is Patient)} at the end of its path wants; or ""
   * @param paths what it reads: where there are several, any
   * @param components of a composite, each relative to what the paths lead to
   */
  record Parameter(
      String code,
      String type,
      String target,
      List<IParsedExpression> paths,
      List<Part> components) {}

  record Part(String type, IParsedExpression path) {}

  // The engine of this version of HAPI cannot resolve; a literal reference says its type itself.
  private static final Pattern RESOLVING =
      Pattern.compile("(.*)\\.where\\(resolve\\(\\) is (\\w+)\\)");

  private final IFhirPath engine;
  private final Map<String, Map<String, Parameter>> parameters = new HashMap<>();

  private Published() {
    engine = FhirContext.forR4Cached().newFhirPath();
    List<JsonNode> all = new ArrayList<>();
    Map<String, String> types = new HashMap<>();
    String name = "/org/hl7/fhir/r4/model/sp/search-parameters.json";
    try (InputStream in = Published.class.getResourceAsStream(name)) {
      for (JsonNode entry : new ObjectMapper().readTree(in).get("entry")) {
        JsonNode parameter = entry.get("resource");
        all.add(parameter);
        types.put(parameter.get("url").asText(), parameter.get("type").asText());
      }
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
    for (String type : Maker.TYPES) {
      Map<String, Parameter> own = new TreeMap<>();
      for (JsonNode parameter : all) {
        if (parameter.has("expression") && isOf(parameter, type)) {
          own.put(parameter.get("code").asText(), read(parameter, type, types));
        }
      }
      parameters.put(type, own);
    }
  }

  static Published r4() {
    return Once.R4;
  }

  private static boolean isOf(JsonNode parameter, String type) {
    for (JsonNode base : parameter.get("base")) {
      if (base.asText().equals(type) || base.asText().equals("Resource")) {
        return true;
      }
    }
    return false;
  }

  private Parameter read(JsonNode parameter, String type, Map<String, String> types) {
    List<IParsedExpression> paths = new ArrayList<>();
    String target = "";
    for (String term : parameter.get("expression").asText().split("\\|")) {
      String path = term.strip().replaceFirst("^Resource\\.", type + ".");
      if (path.replaceFirst("^\\(", "").matches(type + "(\\..*)?")) {
        Matcher resolving = RESOLVING.matcher(path);
        target = resolving.matches() ? resolving.group(2) : target;
        paths.add(parse(resolving.matches() ? resolving.group(1) : path));
      }
    }
    List<Part> components = new ArrayList<>();
    for (JsonNode component : parameter.path("component")) {
      components.add(
          new Part(
              types.get(component.get("definition").asText()),
              parse(component.get("expression").asText())));
    }
    String code = parameter.get("code").asText();
    return new Parameter(code, parameter.get("type").asText(), target, paths, components);
  }

  Map<String, Parameter> of(String type) {
    return parameters.get(type);
  }

  boolean has(String type, String code) {
    return parameters.containsKey(type) && parameters.get(type).containsKey(code);
  }

  /** What a parameter reads in a resource. */
  List<Base> values(Base resource, Parameter parameter) {
    List<Base> values = values(resource, parameter.paths());
    if (!parameter.target().isEmpty()) {
      values.removeIf(
          value ->
              !(value instanceof Reference reference)
                  || reference.getReference() == null
                  || !reference.getReference().startsWith(parameter.target() + "/"));
    }
    return values;
  }

  List<Base> values(Base resource, List<IParsedExpression> paths) {
    List<Base> values = new ArrayList<>();
    paths.forEach(path -> values.addAll(engine.evaluate(resource, path, Base.class)));
    return values;
  }

  private IParsedExpression parse(String expression) {
    try {
      return engine.parse(expression);
    } catch (Exception wrong) { // as its interface says
      throw new IllegalStateException(expression, wrong);
    }
  }
}
