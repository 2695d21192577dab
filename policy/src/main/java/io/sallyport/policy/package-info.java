/**
 * Decides who may see what of a FHIR resource, and nothing else.
 *
 * <p>A pure library: no sockets, files, threads or clock; time arrives inside the request. It must
 * not know Netty, Chronicle, logging or the proxy.
 */
package io.sallyport.policy;
