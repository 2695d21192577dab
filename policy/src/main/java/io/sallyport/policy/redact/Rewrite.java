package io.sallyport.policy.redact;

/**
 * What a view makes of the values of one slot.
 *
 * @param method how
 * @param text the method as the policy writes it
 * @param rule the pattern that asks for it
 * @param number whether its JSON is a number; anything else than that, or than a string, goes
 * @param quantity whether it is a quantity's number, whose unit stands beside it
 */
record Rewrite(
    RedactionMethod method, String text, String rule, boolean number, boolean quantity) {}
