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
 * Whether record systems do what we add to a search: they must say in the self link by which
 * parameters they searched. What they do not do is counted and warned about, and not refused.
 *
 * <p>One that does not search by the patient gives everybody's records, each of which is then
 * judged and withheld here: that costs time and leaks nothing. One that does not sort by {@code
 * _id} gives matches in an order of its own, which may tell of what is hidden: that is another
 * number.
 *
 * <p>Shared by all loops.
 *
 * @see <a href="https://hl7.org/fhir/R4/search.html#conformance">FHIR R4 search, self link</a>
 */
final class SelfLinks {
  private static final Logger LOG = LoggerFactory.getLogger(SelfLinks.class);

  private static final String SORT = "_sort=";

  private final Counter ignored;
  private final Counter unordered;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  SelfLinks(CollectorRegistry registry) {
    ignored =
        Counter.build(
                "sallyport_narrowing_ignored_total",
                "Searches whose self link lacks the patient that they were narrowed to.")
            .labelNames("route")
            .register(registry);
    unordered =
        Counter.build(
                "sallyport_order_ignored_total",
                "Searches whose self link lacks the order by _id that was asked for.")
            .labelNames("route")
            .register(registry);
  }

  /**
   * Looks at the answer of a search.
   *
   * @param self the record system's self link; null for none
   */
  void check(Exchange x, Decision.Permit permit, String self) {
    narrowed(x, permit, self);
    if (x.ordered(permit) && !sorted(self)) {
      unordered.labels(x.route().path()).inc();
      if (warned.add(x.route().path() + " _sort")) {
        LOG.warn(
            "the record system behind {} does not say that it sorted by _id: the order of what it"
                + " finds may tell of what is hidden",
            x.route().path());
      }
    }
  }

  private void narrowed(Exchange x, Decision.Permit permit, String self) {
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

  private static String[] parameters(String self) {
    int question = self == null ? -1 : self.indexOf('?');
    return question < 0 ? new String[0] : self.substring(question + 1).split("&");
  }

  /** Whether one of the keys is the id, which nothing ties with. */
  private static boolean sorted(String self) {
    for (String pair : parameters(self)) {
      if (pair.startsWith(SORT)
          && pair.substring(SORT.length()).matches("(.*(,|%2[Cc]))?-?_id((,|%2[Cc]).*)?")) {
        return true;
      }
    }
    return false;
  }

  private static boolean says(String self, String name, Compartment compartment) {
    for (String pair : parameters(self)) {
      String code = pair.split("[=:]", 2)[0];
      if (code.equals(name) && pair.contains(compartment.patient())) {
        return true;
      }
    }
    return false;
  }
}
