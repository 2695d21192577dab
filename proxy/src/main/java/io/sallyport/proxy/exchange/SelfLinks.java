package io.sallyport.proxy.exchange;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Compartment;
import io.sallyport.policy.Decision;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.fhir.PatientLinks;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether record systems search by the patient that we narrow a search to: they must say in the
 * self link by which parameters they searched. One that does not gives everybody's records, each of
 * which is then judged and withheld here. That costs time and leaks nothing, so it is counted and
 * warned about, and not refused.
 *
 * <p>Shared by all loops.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#conformance">FHIR R4 search, self link</a>
 */
final class SelfLinks {
  private static final Logger LOG = LoggerFactory.getLogger(SelfLinks.class);

  private final Counter ignored;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  SelfLinks(CollectorRegistry registry) {
    ignored =
        Counter.build(
                "sallyport_narrowing_ignored_total",
                "Searches whose self link lacks the patient that they were narrowed to.")
            .labelNames("route")
            .register(registry);
  }

  /**
   * Looks at the answer of a search.
   *
   * @param self the record system's self link; null for none
   */
  void check(Exchange x, Decision.Permit permit, String self) {
    Parameter narrowing = narrowing(permit);
    if (narrowing == null || says(self, narrowing.name(), permit.release().compartment())) {
      return;
    }
    ignored.labels(x.route().path()).inc();
    if (warned.add(x.route().path())) {
      LOG.warn(
          "the record system behind {} does not say that it searched by {}: it may give everybody's"
              + " records, which are withheld here one by one",
          x.route().path(),
          narrowing.name());
    }
  }

  /** The parameter that names the caller's own patient; null where a search is not narrowed. */
  private static Parameter narrowing(Decision.Permit permit) {
    Compartment compartment = permit.release().compartment();
    if (compartment == null || permit.interaction().kind() != Interaction.Kind.SEARCH) {
      return null;
    }
    for (Parameter parameter : permit.interaction().parameters()) {
      boolean id = parameter.name().equals("_id") && permit.interaction().type().equals("Patient");
      if ((id || PatientLinks.ABOUT.contains(parameter.name()))
          && parameter.value().endsWith(compartment.patient())) {
        return parameter;
      }
    }
    return null;
  }

  private static boolean says(String self, String name, Compartment compartment) {
    int question = self == null ? -1 : self.indexOf('?');
    if (question < 0) {
      return false;
    }
    for (String pair : self.substring(question + 1).split("&")) {
      String code = pair.split("[=:]", 2)[0];
      if (code.equals(name) && pair.contains(compartment.patient())) {
        return true;
      }
    }
    return false;
  }
}
