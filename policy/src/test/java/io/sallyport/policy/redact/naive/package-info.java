/**
 * A redactor as simple as can be, to check the real one against: it takes what is visible out of a
 * tree, by paths from HAPI's definitions. It shares no class with what it checks.
 */
package io.sallyport.policy.redact.naive;
