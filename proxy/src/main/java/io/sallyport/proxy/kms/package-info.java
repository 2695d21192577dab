/** Key operations by provider; key bytes never leave. */
package io.sallyport.proxy.kms;
