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

/**
 * One issuer's published keys: discovered, fetched off the loops, refreshed ahead of need, kept
 * through outages. Unknown key ids cause at most two fetches in thirty seconds, however many tokens
 * name them.
 */
final class IssuerKeys {
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration OUTAGE_MAX = Duration.ofHours(4);
  private static final Duration WINDOW = Duration.ofSeconds(30);
  private static final int FETCHES_MAX = 2;

  private final IssuerSettings settings;
  private final Clock clock;
  private final Executor executor;
  private final Counter fetches;
  private final JsonFetcher fetcher;

  // Swapped whole: loops read it, the fetching thread writes it.
  private volatile Keys keys;

  private CompletableFuture<Void> running;
  private Instant windowStart = Instant.EPOCH;
  private int inWindow;

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
    if (age(now).compareTo(FRESH) > 0) {
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
    CompletableFuture<Void> refreshing = refreshIfAllowed();
    if (refreshing == null) {
      return CompletableFuture.failedFuture(missing());
    }
    return refreshing
        .handle((done, failure) -> keys)
        .thenApply(
            fetched -> {
              JWK found = fetched == null ? null : match(fetched, header);
              if (found == null) {
                throw missing();
              }
              return found;
            });
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
    JWK only = null;
    int fitting = 0;
    for (JWK key : held.all()) {
      if (!Signatures.fits(key, header)) {
        continue;
      }
      if (header.getKeyID() != null && header.getKeyID().equals(key.getKeyID())) {
        return key;
      }
      only = key;
      fitting++;
    }
    // Without a kid there must be no choice.
    return header.getKeyID() == null && fitting == 1 ? only : null;
  }

  /** Fetches, or joins the fetch under way. */
  synchronized CompletableFuture<Void> refresh() {
    if (running != null && !running.isDone()) {
      return running;
    }
    running = CompletableFuture.runAsync(this::fetch, executor);
    return running;
  }

  /** Null when the limit is reached. */
  private synchronized CompletableFuture<Void> refreshIfAllowed() {
    if (running != null && !running.isDone()) {
      return running;
    }
    Instant now = clock.instant();
    if (Duration.between(windowStart, now).compareTo(WINDOW) >= 0) {
      windowStart = now;
      inWindow = 0;
    }
    if (inWindow >= FETCHES_MAX) {
      return null;
    }
    inWindow++;
    return refresh();
  }

  private void fetch() {
    try {
      Map<String, Object> discovery =
          JSONObjectUtils.parse(
              fetcher.get(URI.create(base() + "/.well-known/openid-configuration")));
      if (!settings.issuer().equals(discovery.get("issuer"))) {
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
