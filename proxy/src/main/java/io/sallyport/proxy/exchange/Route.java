package io.sallyport.proxy.exchange;

import io.sallyport.policy.Observer;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.redact.Rebase;
import java.util.Set;

/**
 * A path prefix that leads to an upstream under a policy.
 *
 * @param path the prefix, as {@code /fhir}
 * @param rebase the upstream's base URL and the public one
 * @param observer who is observed here; null for nobody
 * @param ordered whether the upstream is asked for an order that only what is shown decides
 * @param smartCapabilities what the issuer can do besides, by SMART's names
 */
public record Route(
    String path,
    PolicySet policy,
    UpstreamTarget upstream,
    Rebase rebase,
    Observer observer,
    boolean ordered,
    Set<String> smartCapabilities) {
  /** One whose policy is enforced for everybody. */
  public Route(String path, PolicySet policy, UpstreamTarget upstream, Rebase rebase) {
    this(path, policy, upstream, rebase, null, true, Set.of());
  }
}
