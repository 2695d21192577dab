/** The tamper-evident, encrypted record. It knows nothing of HTTP, FHIR or policy. */
package io.sallyport.proxy.journal;
