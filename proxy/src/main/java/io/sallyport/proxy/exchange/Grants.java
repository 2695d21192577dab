package io.sallyport.proxy.exchange;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Broken;
import io.sallyport.policy.Decision;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.Recorded;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * For whom the glass is broken: a user of one issuer, a patient of one route, until a time. A grant
 * begins when it is on the disk with its reason, and when it is recorded who is told; only then
 * anything is opened by it. After a restart those go on whose time is not over ({@link
 * OpenGrants}).
 *
 * <p>Shared by all loops: who asks for a grant that another exchange is recording waits for it.
 */
final class Grants {
  /** An emergency is rare: beyond it the grant that would end first ends now. */
  static final int GRANTS_MAX = 10_000;

  private static final long UNRECORDED = Long.MAX_VALUE;

  private record Key(String route, String issuer, String subject, String patient) {}

  private static final class Held {
    final CompletableFuture<Boolean> recorded = new CompletableFuture<>();

    // Written by the loop that records before it completes the stage, read by all.
    volatile long untilMillis = UNRECORDED;

    // What was lifted: where the policy lifts something else since, a reason is asked for again.
    final String lifts;

    Held(String lifts) {
      this.lifts = lifts;
    }
  }

  private final ConcurrentHashMap<Key, Held> held = new ConcurrentHashMap<>();
  private final Journal journal;
  private final Notices notices;
  private final Clock clock;
  private final Counter broken;

  /**
   * @param before what was open before the start
   */
  Grants(
      Journal journal,
      Notices notices,
      Clock clock,
      CollectorRegistry registry,
      OpenGrants before) {
    this.journal = journal;
    this.notices = notices;
    this.clock = clock;
    this.broken =
        Counter.build("sallyport_break_glass_total", "Users who broke the glass for a patient.")
            .labelNames("role")
            .register(registry);
    for (OpenGrants.Grant grant : before.open()) {
      Held open = new Held(grant.lifts());
      open.untilMillis = grant.untilMillis();
      open.recorded.complete(true);
      held.put(new Key(grant.route(), grant.issuer(), grant.subject(), grant.patient()), open);
    }
  }

  private static Key key(Exchange x, String patient) {
    Identity who = x.identity();
    return new Key(x.route().path(), who.issuer(), who.subject(), patient);
  }

  /** Whether the caller has broken the glass for a patient, or with "" for any. */
  boolean open(Exchange x, String patient) {
    long now = clock.millis();
    if (!patient.isEmpty()) {
      return open(held.get(key(x, patient)), now);
    }
    Key any = key(x, "");
    for (Map.Entry<Key, Held> entry : held.entrySet()) {
      Key key = entry.getKey();
      if (open(entry.getValue(), now)
          && key.subject().equals(any.subject())
          && key.issuer().equals(any.issuer())
          && key.route().equals(any.route())) {
        return true;
      }
    }
    return false;
  }

  private static boolean open(Held grant, long now) {
    return grant != null && grant.untilMillis != UNRECORDED && grant.untilMillis > now;
  }

  /**
   * Breaks the glass for a patient, unless it is broken: with a reason, which is recorded first.
   *
   * @return whether it is broken; fails when that cannot be recorded. On the exchange's loop
   */
  CompletionStage<Boolean> breaks(
      Exchange x, Recorded<Decision.Permit> permit, Broken glass, String patient) {
    assert x.onLoop();
    Key key = key(x, patient);
    String lifts = String.join(",", glass.lifts());
    Held mine = new Held(lifts);
    while (true) {
      Held known = held.get(key);
      if (known != null && known.untilMillis > clock.millis() && known.lifts.equals(lifts)) {
        return x.backOnLoop(known.recorded);
      }
      if (glass.reason().isEmpty()) {
        return CompletableFuture.completedFuture(false);
      }
      if (known == null ? held.putIfAbsent(key, mine) == null : held.replace(key, known, mine)) {
        break; // else another loop was first
      }
    }
    if (held.size() > GRANTS_MAX) {
      evict();
    }
    Instant until = clock.instant().plusSeconds(glass.lastsSeconds());
    record(x, permit, glass, patient, until)
        .whenComplete(
            (recorded, failure) -> {
              if (failure != null) {
                held.remove(key, mine);
                mine.recorded.completeExceptionally(failure);
              } else {
                mine.untilMillis = until.toEpochMilli();
                mine.recorded.complete(true);
              }
            });
    return x.backOnLoop(mine.recorded);
  }

  private void evict() {
    long now = clock.millis();
    held.values().removeIf(grant -> grant.untilMillis <= now);
    if (held.size() > GRANTS_MAX) {
      held.entrySet().stream()
          .filter(entry -> entry.getValue().untilMillis != UNRECORDED)
          .min(Comparator.comparingLong(entry -> entry.getValue().untilMillis))
          .ifPresent(entry -> held.remove(entry.getKey(), entry.getValue()));
    }
  }

  /** The grant, then who is told of it; both are on the disk before anything is opened. */
  private CompletionStage<?> record(
      Exchange x, Recorded<Decision.Permit> permit, Broken glass, String patient, Instant until) {
    Identity who = x.identity();
    String role = permit.value().role();
    JournalEntry grant =
        new JournalEntry.BreakGlass(
            x.id(),
            permit.sequence(),
            who.issuer(),
            who.subject(),
            who.client(),
            role,
            permit.value().purpose(),
            patient,
            glass.reason(),
            String.join(",", glass.lifts()),
            until.toString(),
            x.route().path());
    String message = "bg_" + x.id();
    JournalEntry notice =
        new JournalEntry.Notice(
            x.id(),
            permit.sequence(),
            glass.tells(),
            "break-glass",
            who.subject(),
            patient,
            message);
    return append(grant)
        .thenCompose(recorded -> append(notice))
        .thenAccept(
            recorded -> {
              broken.labels(role).inc();
              notices.send(
                  new Notice(
                      glass.tells(),
                      message,
                      "break-glass.started",
                      clock.instant(),
                      Map.of(
                          "exchange", x.id(),
                          "issuer", who.issuer(),
                          "subject", who.subject(),
                          "client", who.client(),
                          "role", role,
                          "purpose", permit.value().purpose(),
                          "patient", patient,
                          "until", until.toString())));
            });
  }

  private CompletionStage<Recorded<JournalEntry>> append(JournalEntry entry) {
    try {
      return journal.append(entry, entry, EventClass.BREAK_GLASS);
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
  }
}
