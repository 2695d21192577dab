package io.sallyport.proxy.cli;

import io.sallyport.policy.Explanation;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/** An {@link Explanation} for programs: one object, places as line and column of the policy. */
final class ExplanationJson {
  private ExplanationJson() {}

  static String of(Explanation why) {
    return "{\"role\":"
        + JsonString.of(why.role())
        + ",\"type\":"
        + JsonString.of(why.type())
        + ",\"purposes\":"
        + texts(why.purposes())
        + ",\"terms\":"
        + texts(why.terms())
        + ",\"interactions\":"
        + texts(why.interactions())
        + ",\"forbidden\":"
        + texts(why.forbidden())
        + ",\"withheld\":"
        + texts(why.withheld())
        + ",\"includes\":"
        + texts(why.includes())
        + ",\"versions\":"
        + why.versions()
        + ",\"elements\":"
        + why.elements().stream().map(ExplanationJson::element).collect(list())
        + ",\"parameters\":"
        + why.parameters().stream().map(ExplanationJson::parameter).collect(list())
        + "}";
  }

  private static String element(Explanation.Element element) {
    StringBuilder json = new StringBuilder("{\"path\":").append(JsonString.of(element.path()));
    json.append(",\"seen\":").append(JsonString.of(element.seen().name().toLowerCase(Locale.ROOT)));
    if (!element.by().isEmpty()) {
      json.append(",\"by\":").append(JsonString.of(element.by()));
    }
    if (element.at() != null) {
      json.append(",\"line\":").append(element.at().line());
      json.append(",\"column\":").append(element.at().column());
    }
    return json.append(",\"searchedBy\":")
        .append(texts(element.searchedBy()))
        .append('}')
        .toString();
  }

  private static String parameter(Explanation.Parameter parameter) {
    return "{\"code\":"
        + JsonString.of(parameter.code())
        + ",\"type\":"
        + JsonString.of(parameter.type())
        + ",\"searchable\":"
        + parameter.searchable()
        + (parameter.searchable() ? "" : ",\"blockedBy\":" + JsonString.of(parameter.blockedBy()))
        + "}";
  }

  private static String texts(Collection<String> texts) {
    return texts.stream().map(JsonString::of).collect(list());
  }

  static Collector<CharSequence, ?, String> list() {
    return Collectors.joining(",", "[", "]");
  }
}
