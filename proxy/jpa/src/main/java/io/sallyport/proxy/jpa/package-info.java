/**
 * HAPI's JPA server on H2, as a process beside the tests: it keeps one world of the
 * non-interference harness and searches it as a record system in the field does.
 */
package io.sallyport.proxy.jpa;
