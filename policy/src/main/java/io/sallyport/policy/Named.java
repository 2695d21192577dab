package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Definitions.SearchParameter;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.Interaction.Parameter;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The one patient that a request itself names: known before anybody is asked. */
final class Named {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");
  private static final String PATIENT = "Patient";

  private final Definitions definitions;

  Named(Definitions definitions) {
    this.definitions = definitions;
  }

  /** Its id; "" when the request names none, or two. */
  String patient(Interaction asked) {
    if (asked.type().equals(PATIENT) && !asked.id().isEmpty()) {
      return asked.id();
    }
    if (asked.kind() != Kind.SEARCH && asked.kind() != Kind.LASTN) {
      return "";
    }
    Set<String> named = new HashSet<>();
    for (Parameter parameter : asked.parameters()) {
      String id =
          asked.type().equals(PATIENT)
              ? (parameter.code().equals("_id") ? parameter.value() : null)
              : about(asked.type(), parameter);
      if (id != null) {
        named.add(ID.matcher(id).matches() ? id : "");
      }
    }
    return named.size() == 1 ? named.iterator().next() : "";
  }

  /** What a parameter for whom a resource is about is given; null for any other parameter. */
  private String about(String type, Parameter parameter) {
    SearchParameter known = definitions.searchParameter(type, parameter.name());
    if (known == null
        || !Narrowing.ABOUT.contains(parameter.name())
        || !known.type().equals("reference")) {
      return null;
    }
    String value = parameter.value();
    boolean plain = parameter.modifier().isEmpty();
    if (plain && value.startsWith(PATIENT + "/")) {
      return value.substring(PATIENT.length() + 1);
    }
    // Without a type the id may be a group's, where the parameter leads to one as well.
    boolean only = parameter.modifier().equals(PATIENT) || Chains.targets(known).size() == 1;
    return only && (plain || parameter.modifier().equals(PATIENT)) ? value : "";
  }
}
