package io.sallyport.proxy.authn;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One OpenID Connect issuer.
 *
 * @param issuer exactly as in the tokens' {@code iss}
 * @param audiences the tokens' {@code aud} must hold one of these
 * @param algorithms of RS256, PS256, ES256
 * @param trust PEM of CAs for the issuer's TLS; null for the JDK's
 * @param clockSkew how far its clock may be off
 */
public record IssuerSettings(
    String issuer,
    List<String> audiences,
    Set<String> algorithms,
    IssuerProfile profile,
    Path trust,
    Duration clockSkew) {}
