package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.redact.Pseudonyms;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request of a caller who knows pseudonyms only, as the record system can be asked: with ids.
 * What is no pseudonym of this audience names nothing, which is all that the caller learns of it.
 */
final class Translation {
  /**
   * What is judged in the place of what names nothing: no id, so that it is nobody's own either.
   */
  private static final String NOBODY = "?";

  private final AccessRequest request;
  private final IdParameters ids;
  private final Pseudonyms pseudonyms;
  private final Interaction real;

  /** What the caller said, for each parameter of {@link #real}. */
  private final Map<Parameter, Parameter> said = new IdentityHashMap<>();

  private boolean nothing;

  private Translation(Definitions definitions, Pseudonyms pseudonyms, AccessRequest request) {
    List<String> bases = request.circumstances().bases();
    this.request = request;
    this.ids = new IdParameters(definitions, bases.isEmpty() ? "" : bases.get(0));
    this.pseudonyms = pseudonyms;
    this.real = real(request.interaction());
  }

  /** Null where ids are shown as they are. */
  static Translation of(Definitions definitions, View view, AccessRequest request) {
    return view.pseudonyms() == null
        ? null
        : new Translation(definitions, view.pseudonyms(), request);
  }

  private Interaction real(Interaction asked) {
    String id = asked.id().isEmpty() ? "" : pseudonyms.id(asked.type(), asked.id());
    nothing = id == null;
    List<Parameter> parameters = new ArrayList<>();
    for (Parameter parameter : asked.parameters()) {
      Parameter with =
          ids.has(asked.type(), parameter)
              ? ids.with(asked.type(), parameter, pseudonyms::id)
              : parameter;
      nothing |= with == null;
      Parameter kept =
          with == null ? new Parameter(parameter.name(), parameter.modifier(), NOBODY) : with;
      parameters.add(kept);
      said.put(kept, parameter);
    }
    return with(asked, id == null ? NOBODY : id, parameters);
  }

  private static Interaction with(Interaction asked, String id, List<Parameter> parameters) {
    return new Interaction(
        asked.kind(), asked.type(), id, asked.version(), parameters, asked.results());
  }

  /** The request with ids. */
  AccessRequest request() {
    return new AccessRequest(
        request.claims(), real, request.time(), request.client(), request.circumstances());
  }

  /** What it is permitted, for the caller to read. Refuses NOT_FOUND what nothing is named in. */
  Decision.Permit of(Decision.Permit permit) {
    if (nothing && !real.id().isEmpty()) {
      throw new Refusal(Reason.NOT_FOUND, "the id is no pseudonym of this audience");
    }
    return permit.said(shown(permit.interaction()), nothing);
  }

  /** What the record system is sent, as the caller may read it: narrowed, and with pseudonyms. */
  private Interaction shown(Interaction sent) {
    List<Parameter> parameters = new ArrayList<>();
    for (Parameter parameter : sent.parameters()) {
      Parameter shown = said.get(parameter);
      if (shown == null) {
        shown =
            ids.has(sent.type(), parameter)
                ? ids.with(sent.type(), parameter, pseudonyms::of)
                : parameter;
      }
      if (shown != null) {
        parameters.add(shown);
      }
    }
    return with(sent, request.interaction().id(), parameters);
  }

  /**
   * A request with ids as a caller would make it who was given the pseudonyms of these: for tools
   * that have the resources and not the caller.
   */
  static Interaction asCallers(Definitions definitions, View view, Interaction real) {
    Pseudonyms pseudonyms = view == null ? null : view.pseudonyms();
    if (pseudonyms == null) {
      return real;
    }
    IdParameters ids = new IdParameters(definitions, "");
    List<Parameter> parameters = new ArrayList<>();
    for (Parameter parameter : real.parameters()) {
      Parameter with =
          ids.has(real.type(), parameter)
              ? ids.with(real.type(), parameter, pseudonyms::of)
              : parameter;
      parameters.add(with == null ? parameter : with);
    }
    String id = real.id().isEmpty() ? "" : pseudonyms.of(real.type(), real.id());
    return with(real, id == null ? real.id() : id, parameters);
  }
}
