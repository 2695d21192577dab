package io.sallyport.policy.redact;

/**
 * The two faces of a base URL: what the upstream calls itself and what callers call us. Every URL
 * in an answer that starts with the first is released with the second, so that the internal host
 * name never shows.
 *
 * @param upstream without a trailing slash, as {@code https://ehr.internal/fhir}
 * @param external without a trailing slash, as {@code https://fhir.hospital.example/fhir}
 */
public record Rebase(String upstream, String external) {}
