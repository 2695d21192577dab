package io.sallyport.proxy.exchange;

import io.sallyport.policy.redact.Limits;
import io.sallyport.proxy.authn.Authenticator;
import java.util.List;
import java.util.Set;

/**
 * Everything immutable an exchange needs, compiled from the config at once. An exchange takes the
 * current snapshot at birth and keeps it to its end.
 *
 * @param hash of the config and every policy file, hex
 * @param hosts the host names served; empty for any
 * @param routes the longest matching path wins
 * @param windowBytes redacted output that makes one recorded window of a streamed answer
 */
public record Snapshot(
    String hash,
    Set<String> hosts,
    List<Route> routes,
    Authenticator authenticator,
    Limits limits,
    int windowBytes) {}
