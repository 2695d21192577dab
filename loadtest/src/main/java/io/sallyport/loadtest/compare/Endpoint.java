package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.SslContext;
import java.util.List;

/**
 * Where a run's requests go, and what they are.
 *
 * @param tls null for plain HTTP
 * @param fresh whether each request makes a connection, and a full handshake, of its own
 * @param requests whole heads, one for each caller
 */
record Endpoint(String host, int port, SslContext tls, boolean fresh, List<byte[]> requests) {}
