package io.sallyport.proxy.net;

import java.nio.file.Path;

/**
 * One TLS address and its bounds. Times are totals, not idle times: a byte a second does not extend
 * them.
 *
 * @param port 0 lets the system choose
 * @param certificate PEM, the server's certificate and then its chain
 * @param key PEM, PKCS#8 without a passphrase
 * @param modern TLS 1.3 alone; otherwise 1.2 with ECDHE and AEAD as well
 * @param headMillis from a request's first byte to the end of its head
 * @param idleMillis a connection without a request
 * @param writeMillis how long a caller may take to accept the next bytes
 */
public record ListenerSettings(
    String address,
    int port,
    Path certificate,
    Path key,
    boolean modern,
    int connectionsMax,
    long handshakeMillis,
    long headMillis,
    long bodyMillis,
    long idleMillis,
    long writeMillis,
    int headBytesMax,
    int bodyBytesMax) {}
