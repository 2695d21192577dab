package io.sallyport.proxy.authn;

import io.sallyport.policy.Claims;

/**
 * An authenticated caller.
 *
 * @param issuer exact {@code iss}
 * @param subject {@code sub}, unique within the issuer
 * @param client the OAuth client, by the issuer's profile
 * @param token the token's id, or a hash of its signing input where the issuer sends none
 * @param expiresAtSeconds {@code exp}, seconds since the epoch
 * @param claims all verified claims, for the policy's identity mapping
 */
public record Identity(
    String issuer,
    String subject,
    String client,
    String token,
    long expiresAtSeconds,
    Claims claims) {}
