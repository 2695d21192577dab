/** Who is calling: credentials to identities. */
package io.sallyport.proxy.authn;
