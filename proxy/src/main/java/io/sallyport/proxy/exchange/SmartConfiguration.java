package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.authn.Published;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code .well-known/smart-configuration} below a route: where to get a token for it. The one
 * resource that takes no token, for who has none must read it.
 */
final class SmartConfiguration {
  private static final String PATH = ".well-known/smart-configuration";

  private SmartConfiguration() {}

  /** Whether a request asks for it: of any route, so before it is known which. */
  static boolean isAsked(Exchange x) {
    RequestHead head = x.head();
    return head.path().endsWith("/" + PATH)
        && head.query() == null
        && (head.method().equals("GET") || head.method().equals("HEAD"));
  }

  /**
   * The document.
   *
   * @throws Refusal UNKNOWN_ROUTE where the path is not the one right below the route,
   *     ISSUER_UNAVAILABLE while nothing is known of the issuer
   */
  static byte[] of(Exchange x) {
    if (!Router.below(x.route(), x.head()).equals(PATH)) {
      throw new Refusal(Reason.UNKNOWN_ROUTE, "no such well-known path");
    }
    Published published = x.snapshot().authenticator().published();
    if (!published.known()) {
      throw new Refusal(Reason.ISSUER_UNAVAILABLE, "nothing is known of the issuer's endpoints");
    }
    Set<String> ours = new TreeSet<>(x.route().smartCapabilities());
    if (x.route().policy().enforcesScopes()) {
      ours.addAll(
          Set.of("permission-v1", "permission-v2", "permission-patient", "permission-user"));
    }
    return published.smartConfiguration(ours);
  }
}
