package io.sallyport.proxy.exchange;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.redact.Rebase;

/**
 * A path prefix that leads to an upstream under a policy.
 *
 * @param path the prefix, as {@code /fhir}
 * @param rebase the upstream's base URL and the public one
 */
public record Route(String path, PolicySet policy, UpstreamTarget upstream, Rebase rebase) {}
