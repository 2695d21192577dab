package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Who asks to do what, when: the whole input of a decision besides the policy.
 *
 * @param claims the caller's verified claims
 * @param interaction what is asked for
 * @param time when it is asked; the policy has no clock of its own
 * @param client the OAuth client that asks; "" when the token does not say
 * @param circumstances what else the request brings along
 */
public record AccessRequest(
    Claims claims,
    Interaction interaction,
    Instant time,
    String client,
    Circumstances circumstances) {

  public AccessRequest(Claims claims, Interaction interaction, Instant time, String client) {
    this(claims, interaction, time, client, Circumstances.NONE);
  }

  /** By the client that the claims name as RFC 9068 does: whoever asks offline has no other. */
  public AccessRequest(Claims claims, Interaction interaction, Instant time) {
    this(claims, interaction, time, claims.strings("client_id").stream().findFirst().orElse(""));
  }

  /** The day on which it is asked, in UTC. */
  LocalDate day() {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }
}
