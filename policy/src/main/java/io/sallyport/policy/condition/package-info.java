/**
 * Conditions of a policy in the Common Expression Language: type-checked when the policy is loaded,
 * bounded when they are evaluated. The only package that knows a CEL library, and nothing loads it
 * for a policy without conditions. Immutable; shared by all threads.
 */
package io.sallyport.policy.condition;
