/**
 * FHIR as data: definitions, interactions, search parameters.
 *
 * <p>A pure library: no sockets, files, threads or clock; time arrives inside the request. It must
 * not know Netty, Chronicle, logging or the proxy.
 */
package io.sallyport.policy.fhir;
