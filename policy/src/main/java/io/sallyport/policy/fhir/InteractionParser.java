package io.sallyport.policy.fhir;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads method, path and query as a FHIR interaction. Closed world: what is not understood is
 * refused, nothing is normalised. Stateless but for its definitions.
 *
 * @see <a href="https://hl7.org/fhir/R4/http.html">FHIR R4 RESTful API</a>
 * @see <a href="https://hl7.org/fhir/R4/search.html">FHIR R4 search</a>
 */
public final class InteractionParser {
  private static final int PARAMETERS_MAX = 100;
  private static final int VALUE_CHARS_MAX = 4096;
  private static final int COUNT_MAX = 1000;
  private static final int PAGE_MIN = 100;

  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9\\-._~!$&'()*+,=:@]+");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_\\-.]{0,63}");
  private static final Pattern MODIFIER = Pattern.compile("[A-Za-z0-9\\-.:_]{1,127}");

  private static final Set<String> FORMATS =
      Set.of("json", "application/json", "application/fhir+json", "text/json");

  private static final Set<String> BATCHES =
      Set.of("application/fhir+json", "application/fhir+json;fhirversion=4.0", "application/json");

  private static final Set<String> BOOLEANS = Set.of("true", "false");

  /** Parameters that ask the upstream for what the policy cannot judge. */
  private static final Set<String> NOT_BUILT =
      Set.of(
          "_contained",
          "_containedtype",
          "_filter",
          "_text",
          "_content",
          "_query",
          "_list",
          "_in",
          "_graph");

  private final Definitions definitions;
  private final ResultsReader results;
  private final OperationParameters operations;

  public InteractionParser(Definitions definitions) {
    this.definitions = definitions;
    this.results = new ResultsReader(definitions);
    this.operations = new OperationParameters(definitions);
  }

  /**
   * @param method as on the wire: GET or POST (other methods are INTERACTION_NOT_SUPPORTED)
   * @param path raw path below the route's base, without a leading slash: {@code Patient/123}
   * @param query raw query, null when none
   * @param contentType of the body, "" when none
   * @param form the body of a POST {@code _search}, null when there is no body
   * @throws io.sallyport.policy.Refusal MALFORMED_REQUEST, UNKNOWN_PARAMETER, NOT_ACCEPTABLE (by
   *     {@code _format}), UNSUPPORTED_MEDIA_TYPE, INTERACTION_NOT_SUPPORTED, UNKNOWN_ROUTE
   */
  public Interaction parse(
      String method, String path, String query, String contentType, byte[] form) {
    boolean get = method.equals("GET");
    if (!get && !method.equals("POST")) {
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "method is not GET or POST");
    }
    String[] segments = segments(path);
    if (segments.length == 0) {
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "whole-system interaction");
    }
    if (get && segments.length == 1 && segments[0].equals("metadata")) {
      return new Interaction(Kind.CAPABILITIES, "", "", "", onlyFormat(parameters(query)));
    }
    String type = segments[0];
    if (!definitions.isResource(type)) {
      throw type.startsWith("$") || type.startsWith("_")
          ? new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "whole-system operation")
          : new Refusal(Reason.UNKNOWN_ROUTE, "path names no resource type");
    }
    return get ? get(type, segments, query) : post(type, segments, query, contentType, form);
  }

  private Interaction get(String type, String[] segments, String query) {
    if (segments.length == 1) {
      return search(type, parameters(query));
    }
    if (segments[1].startsWith("$") || segments[1].startsWith("_")) {
      if (segments.length == 2 && segments[1].equals("_history")) {
        return operation(Kind.HISTORY, type, "", query);
      }
      if (segments.length == 2 && type.equals("Observation") && segments[1].equals("$lastn")) {
        return operation(Kind.LASTN, type, "", query);
      }
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "operation of a type");
    }
    String id = id(segments[1], "id");
    if (segments.length == 2) {
      return one(Kind.READ, type, id, "", query);
    }
    if (segments.length == 4 && segments[2].equals("_history")) {
      String version = id(segments[3], "version id");
      return one(Kind.VREAD, type, id, version, query);
    }
    if (segments.length != 3) {
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "nothing is below this");
    }
    if (segments[2].equals("_history")) {
      return operation(Kind.HISTORY, type, id, query);
    }
    if (type.equals("Patient") && segments[2].equals("$everything")) {
      return operation(Kind.EVERYTHING, type, id, query);
    }
    if (segments[2].startsWith("$") || segments[2].startsWith("_")) {
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "operation of a resource");
    }
    return compartment(type, id, segments[2], parameters(query));
  }

  /** {@code Patient/123/Condition}: the search of Conditions by the link that names the patient. */
  private Interaction compartment(String of, String id, String type, List<Parameter> parameters) {
    Parameter link = new PatientLinks(definitions).compartment(of, id, type);
    List<Parameter> all = new ArrayList<>(parameters);
    all.add(link);
    return search(type, all);
  }

  private Interaction post(
      String type, String[] segments, String query, String contentType, byte[] form) {
    boolean whole = segments.length == 2;
    if (!(whole || segments.length == 4) || !segments[segments.length - 1].equals("_search")) {
      throw new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "POST is for _search");
    }
    List<Parameter> all = new ArrayList<>(parameters(query));
    if (form != null && form.length > 0) {
      if (!isForm(contentType)) {
        throw new Refusal(Reason.UNSUPPORTED_MEDIA_TYPE, "_search takes a form");
      }
      all.addAll(parameters(ascii(form)));
      if (all.size() > PARAMETERS_MAX) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "query and form have over 100 parameters");
      }
    }
    return whole ? search(type, all) : compartment(type, id(segments[1], "id"), segments[2], all);
  }

  /** Refuses a batch whose query or media type is not that of one; its entries are parsed alone. */
  public void requireBatch(String query, String contentType) {
    onlyFormat(parameters(query));
    String type = contentType.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "");
    if (!BATCHES.contains(type.replace(";charset=utf-8", ""))) {
      throw new Refusal(Reason.UNSUPPORTED_MEDIA_TYPE, "a batch is application/fhir+json");
    }
  }

  private static String[] segments(String path) {
    if (path.isEmpty()) {
      return new String[0];
    }
    String[] segments = path.split("/", -1);
    for (String segment : segments) {
      // No escapes: a path we serve never needs one, and two readers may disagree about them.
      if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "path segment");
      }
    }
    return segments;
  }

  private static String id(String text, String what) {
    if (!ID.matcher(text).matches()) {
      throw new Refusal(Reason.MALFORMED_REQUEST, what + " is not a FHIR id");
    }
    return text;
  }

  private static boolean isForm(String contentType) {
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";");
    if (!parts[0].strip().equals("application/x-www-form-urlencoded")) {
      return false;
    }
    return parts.length == 1
        || (parts.length == 2 && parts[1].replace("\"", "").strip().equals("charset=utf-8"));
  }

  private static String ascii(byte[] form) {
    for (byte b : form) {
      if (b < 0x20) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "form has bytes that need an escape");
      }
    }
    return new String(form, StandardCharsets.US_ASCII);
  }

  private static List<Parameter> parameters(String query) {
    List<Parameter> parameters = new ArrayList<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "query has a parameter without name or value");
      }
      if (parameters.size() == PARAMETERS_MAX) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "query has over 100 parameters");
      }
      parameters.add(
          parameter(
              Percent.decode(pair.substring(0, equals)),
              Percent.decode(pair.substring(equals + 1))));
    }
    return parameters;
  }

  private static Parameter parameter(String code, String value) {
    int colon = code.indexOf(':');
    String name = colon < 0 ? code : code.substring(0, colon);
    String modifier = colon < 0 ? "" : code.substring(colon + 1);
    if (!NAME.matcher(name).matches() || (colon >= 0 && !MODIFIER.matcher(modifier).matches())) {
      throw new Refusal(Reason.MALFORMED_REQUEST, "parameter name");
    }
    if (value.length() > VALUE_CHARS_MAX) {
      throw new Refusal(Reason.MALFORMED_REQUEST, "parameter value is over 4096 characters");
    }
    return new Parameter(name, modifier, value);
  }

  private Interaction one(Kind kind, String type, String id, String version, String query) {
    Interaction asked = results.of(kind, type, id, version, withoutFormat(parameters(query)));
    onlyFormat(asked.parameters());
    return asked;
  }

  private Interaction operation(Kind kind, String type, String id, String query) {
    Interaction asked = results.of(kind, type, id, "", withoutFormat(parameters(query)));
    operations.check(kind, asked.parameters());
    if (kind == Kind.LASTN) {
      check(asked.parameters());
    }
    return asked;
  }

  private Interaction search(String type, List<Parameter> parameters) {
    Interaction asked = results.of(Kind.SEARCH, type, "", "", withoutFormat(parameters));
    check(asked.parameters());
    return asked;
  }

  /** Interactions that take no parameters but those of the format, which we fix. */
  private static List<Parameter> onlyFormat(List<Parameter> parameters) {
    List<Parameter> left = withoutFormat(parameters);
    if (!left.isEmpty()) {
      throw new Refusal(Reason.UNKNOWN_PARAMETER, "this interaction takes no search parameters");
    }
    return left;
  }

  private static void check(List<Parameter> parameters) {
    Set<String> once = new HashSet<>();
    for (Parameter parameter : parameters) {
      String name = parameter.name();
      if (NOT_BUILT.contains(name.toLowerCase(Locale.ROOT))) {
        throw new Refusal(Reason.UNKNOWN_PARAMETER, name + " is not supported by this version");
      }
      if (name.equals("_count") || name.equals("_sort")) {
        if (!once.add(name) || !parameter.modifier().isEmpty()) {
          throw new Refusal(Reason.MALFORMED_REQUEST, name + " may be given once, plainly");
        }
      }
      if (name.equals("_count") && !isCount(parameter.value())) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "_count is a number from 0 to 1000");
      }
      if (parameter.value().isEmpty()) {
        throw new Refusal(Reason.MALFORMED_REQUEST, "a search parameter has no value");
      }
    }
  }

  private static boolean isCount(String value) {
    return value.matches("[0-9]{1,4}") && Integer.parseInt(value) <= COUNT_MAX;
  }

  private static List<Parameter> withoutFormat(List<Parameter> parameters) {
    List<Parameter> left = new ArrayList<>(parameters.size());
    Set<String> once = new HashSet<>();
    for (Parameter parameter : parameters) {
      String code = parameter.code();
      if (code.equals("_format") || code.equals("_pretty")) {
        if (!once.add(code)) {
          throw new Refusal(Reason.MALFORMED_REQUEST, code + " may be given once");
        }
        // A "+" in a query is a space: application/fhir+json is often sent unescaped.
        String format = parameter.value().toLowerCase(Locale.ROOT).replace(' ', '+');
        if (code.equals("_format") && !FORMATS.contains(format)) {
          throw new Refusal(Reason.NOT_ACCEPTABLE, "_format is not JSON");
        }
        if (code.equals("_pretty") && !BOOLEANS.contains(parameter.value())) {
          throw new Refusal(Reason.MALFORMED_REQUEST, "_pretty is true or false");
        }
      } else {
        left.add(parameter);
      }
    }
    return left;
  }

  /**
   * The canonical relative URL: {@code Patient/123}, {@code Patient?name=a%20b}, {@code metadata}.
   */
  public static String canonical(Interaction interaction) {
    List<Parameter> results = interaction.results().parameters();
    if (results.isEmpty()) {
      return url(interaction, interaction.parameters());
    }
    List<Parameter> all = new ArrayList<>(interaction.parameters());
    all.addAll(results);
    return url(interaction, all);
  }

  /**
   * What of it the upstream is asked: all but how the results are wanted, for from the whole
   * resource we decide. Only the number of matches is asked for as such.
   */
  public static String forwarded(Interaction interaction) {
    if (interaction.kind() == Kind.EVERYTHING) {
      return url(interaction, inLargePages(interaction.parameters()));
    }
    if (!interaction.counts()) {
      return url(interaction, interaction.parameters());
    }
    List<Parameter> counted = new ArrayList<>(interaction.parameters());
    counted.removeIf(Interaction::countsNothing);
    counted.add(new Parameter(Results.SUMMARY, "", Results.COUNT));
    return url(interaction, counted);
  }

  /** Our pages are made of the upstream's: small ones would only be more. */
  private static List<Parameter> inLargePages(List<Parameter> parameters) {
    List<Parameter> sent = new ArrayList<>(parameters);
    sent.replaceAll(
        one ->
            one.name().equals("_count") && Integer.parseInt(one.value()) < PAGE_MIN
                ? new Parameter("_count", "", "" + PAGE_MIN)
                : one);
    return sent;
  }

  private static String url(Interaction interaction, List<Parameter> parameters) {
    StringBuilder url = new StringBuilder(64);
    switch (interaction.kind()) {
      case CAPABILITIES -> url.append("metadata");
      case READ -> url.append(interaction.type()).append('/').append(interaction.id());
      case VREAD ->
          url.append(interaction.type())
              .append('/')
              .append(interaction.id())
              .append("/_history/")
              .append(interaction.version());
      case EVERYTHING ->
          url.append(interaction.type())
              .append('/')
              .append(interaction.id())
              .append("/$everything");
      case LASTN -> url.append(interaction.type()).append("/$lastn");
      case HISTORY -> {
        url.append(interaction.type());
        if (!interaction.id().isEmpty()) {
          url.append('/').append(interaction.id());
        }
        url.append("/_history");
      }
      case SEARCH -> url.append(interaction.type());
    }
    char separator = '?';
    for (Parameter parameter : parameters) {
      url.append(separator);
      Percent.encode(parameter.code(), url);
      url.append('=');
      Percent.encode(parameter.value(), url);
      separator = '&';
    }
    return url.toString();
  }
}
