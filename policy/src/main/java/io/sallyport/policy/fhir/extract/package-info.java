/**
 * Build-time only: turns the published FHIR definitions into the compact resource that {@link
 * io.sallyport.policy.fhir.Definitions} reads. Left out of the jar; it alone may read files and
 * XML.
 */
package io.sallyport.policy.fhir.extract;
