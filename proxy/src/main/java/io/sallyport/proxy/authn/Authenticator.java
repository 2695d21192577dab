package io.sallyport.proxy.authn;

import java.util.concurrent.CompletionStage;

/** Turns a credential into an {@link Identity}. */
public interface Authenticator {
  /**
   * Authenticates a bearer token. A cached token completes at once on the caller's thread; key
   * look-ups that need the network happen elsewhere and complete there.
   *
   * @param authorization the value of the one Authorization header, or null when there is none
   * @return fails with {@link io.sallyport.policy.Refusal}: NO_CREDENTIALS, BAD_CREDENTIALS,
   *     EXPIRED_CREDENTIALS or ISSUER_UNAVAILABLE
   */
  CompletionStage<Identity> authenticate(String authorization);

  /** What is known of where tokens are to be had; {@link Published#NOTHING} before it is known. */
  default Published published() {
    return Published.NOTHING;
  }
}
