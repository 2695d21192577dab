package io.sallyport.policy;

/**
 * What happens to a request in observe mode, and what would happen without it.
 *
 * @param decision what holds: a permit that hides nothing but what a forbid keeps back; or a deny,
 *     where a forbid or the request itself stands against it
 * @param would what the policy says
 */
public record Observed(Decision decision, Decision would) {}
