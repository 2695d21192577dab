package io.sallyport.proxy.authn;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.prometheus.client.Counter;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One issuer's published keys: discovered, fetched off the loops, refreshed ahead of need, kept
 * through outages. Unknown key ids cause at most two fetches in any thirty seconds, however many
 * tokens name them.
 */
final class IssuerKeys {
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration OUTAGE_MAX = Duration.ofHours(4);
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofSeconds(15);

  private final IssuerSettings settings;
  private final Clock clock;
  private final Executor executor;
  private final Counter fetches;
  private final JsonFetcher fetcher;

  // Swapped whole: loops read it, the fetching thread writes it.
  private volatile Keys keys;

  private volatile Published published = Published.NOTHING;

  // When a hit last asked for fresh keys: any loop writes it, and a lost write costs one more try.
  private volatile Instant tried = Instant.EPOCH;

  private CompletableFuture<Void> running;
  private Instant lastAllowed = Instant.EPOCH;
  private Instant lastButOneAllowed = Instant.EPOCH;

  /**
   * @param generation changes whenever a key that was there is not there any more
   */
  private record Keys(List<JWK> all, Instant fetched, int generation) {}

  IssuerKeys(IssuerSettings settings, Clock clock, Executor executor, Counter fetches) {
    this.settings = settings;
    this.clock = clock;
    this.executor = executor;
    this.fetches = fetches;
    this.fetcher = new JsonFetcher(settings.trust());
  }

  IssuerSettings settings() {
    return settings;
  }

  String issuer() {
    return settings.issuer();
  }

  /**
   * What it said of itself last; asks it where it was never heard. Not where it was, and says
   * nothing of this: who asks needs no token, and the fetches are there to follow its keys.
   */
  Published published() {
    if (keys == null) {
      refreshIfAllowed(); // who asks next may be told
    }
    return published;
  }

  int generation() {
    Keys now = keys;
    return now == null ? 0 : now.generation();
  }

  /**
   * Whether tokens verified under a generation of the keys still stand. Also keeps the keys fresh:
   * a caller whose token is cached must notice a withdrawal, too.
   */
  boolean vouches(int generation) {
    Keys now = keys;
    if (now == null || now.generation() != generation || age(now).compareTo(OUTAGE_MAX) > 0) {
      return false;
    }
    if (age(now).compareTo(FRESH) > 0 && age(now, tried).compareTo(RETRY) > 0) {
      tried = clock.instant(); // in an outage, too, hits take no lock but this often
      refreshIfAllowed();
    }
    return true;
  }

  /** The key for a token; completes at once when it is known. */
  CompletionStage<JWK> find(JWSHeader header) {
    Keys now = keys;
    if (now != null && age(now).compareTo(FRESH) > 0) {
      refreshIfAllowed(); // in the background: this token is served from what we have
    }
    JWK key = now == null || age(now).compareTo(OUTAGE_MAX) > 0 ? null : match(now, header);
    if (key != null) {
      return CompletableFuture.completedFuture(key);
    }
    return fetched(header, true);
  }

  /**
   * Waits for a fetch and looks again. A fetch that was under way before this token came may know
   * less than the issuer does now: after one that was only joined, one of our own is allowed.
   */
  private CompletionStage<JWK> fetched(JWSHeader header, boolean mayRepeat) {
    Refresh refresh = refreshIfAllowed();
    if (refresh == null) {
      return CompletableFuture.failedFuture(missing());
    }
    return refresh
        .done()
        .handle((done, failure) -> failure)
        .thenCompose(
            failure -> {
              Keys now = keys;
              JWK found = now == null ? null : match(now, header);
              if (found != null) {
                return CompletableFuture.completedFuture(found);
              }
              if (refresh.joined() && mayRepeat) {
                return fetched(header, false);
              }
              return CompletableFuture.failedFuture(
                  failure == null
                      ? missing()
                      : new Refusal(Reason.ISSUER_UNAVAILABLE, "keys could not be fetched"));
            });
  }

  private Duration age(Keys held, Instant since) {
    return Duration.between(
        since.isAfter(held.fetched()) ? since : held.fetched(), clock.instant());
  }

  private Duration age(Keys held) {
    return Duration.between(held.fetched(), clock.instant());
  }

  private Refusal missing() {
    Keys now = keys;
    return now == null || age(now).compareTo(OUTAGE_MAX) > 0
        ? new Refusal(Reason.ISSUER_UNAVAILABLE, "no keys of the issuer")
        : new Refusal(Reason.BAD_CREDENTIALS, "kid is unknown");
  }

  private static JWK match(Keys held, JWSHeader header) {
    for (JWK key : held.all()) {
      // Without a kid there must be no choice at all, not even among keys of other kinds.
      boolean named =
          header.getKeyID() == null
              ? held.all().size() == 1
              : header.getKeyID().equals(key.getKeyID());
      if (named && Signatures.fits(key, header)) {
        return key;
      }
    }
    return null;
  }

  /** Fetches, or joins the fetch under way. */
  synchronized CompletableFuture<Void> refresh() {
    if (running != null && !running.isDone()) {
      return running;
    }
    try {
      running = CompletableFuture.runAsync(this::fetch, executor);
    } catch (RejectedExecutionException stopping) {
      running = CompletableFuture.failedFuture(stopping);
    }
    return running;
  }

  /**
   * A fetch under way.
   *
   * @param joined whether it had begun before
   */
  private record Refresh(CompletableFuture<Void> done, boolean joined) {}

  /** Null when the limit is reached. */
  private synchronized Refresh refreshIfAllowed() {
    if (running != null && !running.isDone()) {
      return new Refresh(running, true);
    }
    Instant now = clock.instant();
    // In any half minute, wherever it begins; a clock that was set back must not stop us for long.
    if (Duration.between(lastButOneAllowed, now).abs().compareTo(WINDOW) < 0) {
      return null;
    }
    lastButOneAllowed = lastAllowed;
    lastAllowed = now;
    return new Refresh(refresh(), false);
  }

  private void fetch() {
    try {
      Map<String, Object> discovery =
          JSONObjectUtils.parse(
              fetcher.get(URI.create(base() + "/.well-known/openid-configuration")));
      if (discovery == null || !settings.issuer().equals(discovery.get("issuer"))) {
        throw new IOException("discovery names another issuer than the configuration");
      }
      if (!(discovery.get("jwks_uri") instanceof String uri) || !allowed(URI.create(uri))) {
        throw new IOException("discovery names no jwks_uri, or one that is not https");
      }
      List<JWK> all =
          JWKSet.parse(fetcher.get(URI.create(uri))).getKeys().stream()
              .filter(key -> !key.isPrivate())
              .toList();
      if (all.isEmpty()) {
        throw new IOException("the key set is empty");
      }
      published = Published.of(settings.issuer(), discovery);
      Keys before = keys;
      boolean withdrawn = before != null && !all.containsAll(before.all());
      int generation = before == null ? 0 : before.generation() + (withdrawn ? 1 : 0);
      keys = new Keys(all, clock.instant(), generation);
      fetches.labels("fetched").inc();
    } catch (IOException | ParseException | IllegalArgumentException failure) {
      fetches.labels("failed").inc();
      throw new CompletionException(failure);
    }
  }

  /** OpenID Connect Discovery 4: a trailing slash is taken off before the path is put on. */
  private String base() {
    String issuer = settings.issuer();
    return issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
  }

  /** Keys over plain HTTP only where the issuer itself is configured so, which is on loopback. */
  private boolean allowed(URI uri) {
    return "https".equals(uri.getScheme())
        || ("http".equals(uri.getScheme())
            && settings.issuer().startsWith("http://")
            && URI.create(settings.issuer()).getHost().equals(uri.getHost()));
  }
}
