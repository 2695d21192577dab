/** Sockets, TLS and HTTP. It makes no decision. */
package io.sallyport.proxy.net;
