package io.sallyport.proxy.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Claims;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.StrictJson;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bearer tokens (RFC 6750) as JWTs of configured issuers. The library verifies signatures; the
 * checks it leaves open (RFC 8725, RFC 9068) are {@link TokenChecks}. A token seen before costs one
 * hash; its expiry is checked again each time.
 */
public final class BearerAuthenticator implements Authenticator {
  private static final int TOKEN_CHARS_MAX = 8192;
  private static final int HEADER_CHARS_MAX = 2048;

  /**
   * Three parts, canonical base64url: padding and aliases would make several strings of one token.
   */
  private static final Pattern TOKEN =
      Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

  private final Map<String, IssuerKeys> issuers = new LinkedHashMap<>();
  private final TokenCache cache;
  private final Clock clock;
  private final Counter.Child hits;
  private final Counter.Child misses;
  private final Counter refusals;

  /**
   * @param executor where keys are fetched; never a loop
   */
  public BearerAuthenticator(
      List<IssuerSettings> settings, Clock clock, Executor executor, CollectorRegistry registry) {
    this(settings, clock, executor, registry, TokenCache.ENTRIES_MAX);
  }

  /**
   * @param executor where keys are fetched; never a loop
   * @param tokensMax how many verified tokens are remembered
   */
  public BearerAuthenticator(
      List<IssuerSettings> settings,
      Clock clock,
      Executor executor,
      CollectorRegistry registry,
      int tokensMax) {
    this.clock = clock;
    this.cache = new TokenCache(tokensMax);
    Counter tokens =
        Counter.build("sallyport_tokens_total", "Bearer tokens by whether they were seen before.")
            .labelNames("cache")
            .register(registry);
    hits = tokens.labels("hit");
    misses = tokens.labels("miss");
    refusals =
        Counter.build("sallyport_token_refusals_total", "Bearer tokens refused, by reason.")
            .labelNames("reason")
            .register(registry);
    Counter fetches =
        Counter.build("sallyport_jwks_fetches_total", "Key fetches by outcome.")
            .labelNames("outcome")
            .register(registry);
    for (IssuerSettings issuer : settings) {
      issuers.put(issuer.issuer(), new IssuerKeys(issuer, clock, executor, fetches));
    }
  }

  /**
   * Fetches all issuers' keys. Completes with what went wrong, an issuer a line; empty when nothing
   * did. An issuer that is down is no reason not to start: its tokens wait for it.
   */
  public CompletionStage<List<String>> prepare() {
    List<String> problems = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<?>[] fetches =
        issuers.values().stream()
            .map(
                keys ->
                    keys.refresh()
                        .handle(
                            (done, failure) -> {
                              if (failure != null) {
                                problems.add(keys.issuer() + ": " + root(failure).getMessage());
                              }
                              return null;
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(fetches).thenApply(done -> List.copyOf(problems));
  }

  /** Of the first issuer: SMART knows one. */
  @Override
  public Published published() {
    return issuers.isEmpty() ? Published.NOTHING : issuers.values().iterator().next().published();
  }

  private static Throwable root(Throwable failure) {
    return failure.getCause() == null ? failure : failure.getCause();
  }

  @Override
  public CompletionStage<Identity> authenticate(String authorization) {
    try {
      return verified(authorization)
          .whenComplete(
              (identity, failure) -> {
                Throwable cause = failure instanceof CompletionException ? root(failure) : failure;
                if (cause instanceof Refusal refusal) {
                  refusals.labels(refusal.reason().name()).inc();
                }
              });
    } catch (Refusal refusal) {
      refusals.labels(refusal.reason().name()).inc();
      return CompletableFuture.failedFuture(refusal);
    }
  }

  private CompletionStage<Identity> verified(String authorization) {
    if (authorization == null || authorization.isEmpty()) {
      throw new Refusal(Reason.NO_CREDENTIALS, "no Authorization");
    }
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw bad("scheme is not Bearer");
    }
    String token = authorization.substring(7);
    if (token.length() > TOKEN_CHARS_MAX) {
      throw bad("token is over 8192 characters");
    }
    TokenCache.Verified known = cache.find(token);
    if (known != null && known.keys().vouches(known.generation())) {
      hits.inc();
      if (known.identity().expiresAtSeconds() <= clock.instant().getEpochSecond()) {
        throw new Refusal(Reason.EXPIRED_CREDENTIALS, "exp");
      }
      return CompletableFuture.completedFuture(known.identity());
    }
    misses.inc();
    return parse(token);
  }

  private CompletionStage<Identity> parse(String token) {
    Matcher parts = TOKEN.matcher(token);
    if (!parts.matches() || parts.group(1).length() > HEADER_CHARS_MAX) {
      throw bad("token is not a signed JWT");
    }
    Map<String, Object> headerJson = json(parts.group(1), "header");
    for (String forbidden : List.of("crit", "jku", "x5u", "jwk", "x5c", "b64", "zip", "enc")) {
      if (headerJson.containsKey(forbidden)) {
        throw bad("header has " + forbidden);
      }
    }
    Map<String, Object> claims = json(parts.group(2), "claims");
    Base64URL signature = new Base64URL(parts.group(3));
    if (!Base64URL.encode(signature.decode()).equals(signature)) {
      throw bad("signature is not canonical base64url");
    }
    JWSHeader header;
    try {
      header = JWSHeader.parse(headerJson, new Base64URL(parts.group(1)));
    } catch (ParseException | IllegalArgumentException malformed) {
      throw new Refusal(Reason.BAD_CREDENTIALS, "header", malformed);
    }
    IssuerKeys keys = claims.get("iss") instanceof String issuer ? issuers.get(issuer) : null;
    if (keys == null) {
      throw bad("iss is not configured");
    }
    IssuerSettings settings = keys.settings();
    if (!settings.algorithms().contains(header.getAlgorithm().getName())) {
      throw bad("alg is not allowed for the issuer");
    }
    byte[] signed =
        token
            .substring(0, token.length() - parts.group(3).length() - 1)
            .getBytes(StandardCharsets.US_ASCII);
    int generation = keys.generation();
    return keys.find(header)
        .thenApply(
            key -> {
              verify(key, header, signed, signature);
              Identity identity = TokenChecks.identity(settings, header, claims, clock, signed);
              cache.put(token, new TokenCache.Verified(identity, keys, generation));
              return identity;
            });
  }

  private static void verify(JWK key, JWSHeader header, byte[] signed, Base64URL signature) {
    try {
      if (!Signatures.verifier(key).verify(header, signed, signature)) {
        throw bad("signature");
      }
    } catch (JOSEException failure) {
      throw new Refusal(Reason.BAD_CREDENTIALS, "signature", failure);
    }
  }

  private static Map<String, Object> json(String part, String what) {
    Base64URL encoded = new Base64URL(part);
    byte[] decoded = encoded.decode();
    if (!Base64URL.encode(decoded).toString().equals(part)) {
      throw bad(what + " is not canonical base64url");
    }
    try {
      // At every depth: the library minds the top level only, and roles are often below it.
      StrictJson.check(decoded);
    } catch (Refusal malformed) {
      throw new Refusal(Reason.BAD_CREDENTIALS, what + " is not strict JSON", malformed);
    }
    try {
      Map<String, Object> object =
          JSONObjectUtils.parse(new String(decoded, StandardCharsets.UTF_8));
      if (object == null) {
        throw bad(what + " is not a JSON object");
      }
      return object;
    } catch (ParseException malformed) {
      throw new Refusal(Reason.BAD_CREDENTIALS, what + " is not a JSON object", malformed);
    }
  }

  static Refusal bad(String why) {
    return new Refusal(Reason.BAD_CREDENTIALS, why);
  }

  /** Claims of a token as the policy reads them. */
  static Claims claims(Map<String, Object> values) {
    Map<String, Object> present = new LinkedHashMap<>(values);
    present.values().removeIf(Objects::isNull);
    return new Claims(present);
  }
}
