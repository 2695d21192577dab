/** Load generation, a synthetic EHR and a demo issuer. It knows nothing of the proxy. */
package io.sallyport.loadtest;
