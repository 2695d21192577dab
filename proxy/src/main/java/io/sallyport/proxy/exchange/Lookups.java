package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.Relation;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.Recorded;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a relation holds between a user and a patient, asked of the record system and remembered
 * for a while: a yes for as long as the policy says, a no for a moment, a failure not at all. Who
 * asks while another asks the same waits for that answer.
 *
 * <p>Shared by all loops: a lookup runs on the loop of the exchange that asked first, and who waits
 * comes back to its own by {@link Exchange#backOnLoop}. Each lookup is recorded before it is sent.
 */
final class Lookups {
  /** A no is taken for true so long: whoever was just admitted to a team is let in soon. */
  private static final long NO_MILLIS = 5_000;

  /** An answer has the few resources in which the user and the patient stand. */
  private static final int ANSWER_BYTES_MAX = 1 << 20;

  private static final long UNANSWERED = Long.MAX_VALUE;

  private record Key(UpstreamTarget target, Relation relation, String user, String patient) {}

  /** An answer, or the wait for it. */
  private static final class Held {
    final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    // Written by the loop that asks before the answer is completed, read by all.
    volatile long untilMillis = UNANSWERED;
  }

  private final ConcurrentHashMap<Key, Held> held = new ConcurrentHashMap<>();
  private final Journal journal;
  private final Upstream upstream;
  private final Clock clock;
  private final int answersMax;
  private final long timeMillis;
  private final Counter answers;

  /**
   * @param answersMax how many answers are remembered, over all loops
   * @param timeMillis how long one lookup may take in all
   */
  Lookups(
      Journal journal,
      Upstream upstream,
      Clock clock,
      CollectorRegistry registry,
      int answersMax,
      long timeMillis) {
    this.journal = journal;
    this.upstream = upstream;
    this.clock = clock;
    this.answersMax = answersMax;
    this.timeMillis = timeMillis;
    this.answers =
        Counter.build(
                "sallyport_relation_lookups_total",
                "Whether a relation holds: asked of the record system, or remembered.")
            .labelNames("answer")
            .register(registry);
  }

  /**
   * Whether a relation holds.
   *
   * @param permit of the exchange that asks
   * @return completes on the exchange's loop; fails when the record system does not say, with a
   *     Refusal that tells of its health and of nothing else
   */
  CompletionStage<Boolean> holds(
      Exchange x,
      Recorded<Decision.Permit> permit,
      Relation relation,
      String user,
      String patient) {
    assert x.onLoop();
    Key key = new Key(x.route().upstream(), relation, user, patient);
    Held mine = new Held();
    while (true) {
      Held known = held.putIfAbsent(key, mine);
      if (known != null && known.untilMillis > clock.millis()) {
        answers.labels("remembered").inc();
        return x.backOnLoop(known.answer);
      }
      if (known == null || held.replace(key, known, mine)) {
        break; // else another loop was first
      }
    }
    if (held.size() > answersMax) {
      evict();
    }
    ask(x, permit, key).whenComplete((yes, failure) -> settle(key, mine, yes, failure));
    return x.backOnLoop(mine.answer);
  }

  private void settle(Key key, Held mine, Boolean yes, Throwable failure) {
    if (failure != null) {
      answers.labels("failed").inc();
      held.remove(key, mine);
      mine.answer.completeExceptionally(refusal(failure));
      return;
    }
    answers.labels(yes ? "yes" : "no").inc();
    long millis = key.relation().cacheSeconds() * 1000L;
    mine.untilMillis = clock.millis() + (yes ? millis : Math.min(millis, NO_MILLIS));
    mine.answer.complete(yes);
  }

  /** What is over goes; when that is little, all that is not being asked for. */
  private void evict() {
    long now = clock.millis();
    held.values().removeIf(one -> one.untilMillis <= now);
    if (held.size() > answersMax / 4 * 3) {
      held.values().removeIf(one -> one.untilMillis != UNANSWERED);
    }
  }

  private CompletionStage<Boolean> ask(Exchange x, Recorded<Decision.Permit> permit, Key key) {
    Relation relation = key.relation();
    String reference = relation.ask(key.user(), key.patient());
    Lookup lookup = new Lookup(relation.name(), reference, timeMillis);
    JournalEntry entry =
        new JournalEntry.Lookup(
            x.id(), permit.sequence(), relation.name(), key.user(), key.patient(), reference);
    CompletionStage<Recorded<Lookup>> recorded;
    try {
      recorded = journal.append(lookup, entry, Recorder.event(x));
    } catch (RuntimeException failure) {
      return CompletableFuture.failedFuture(failure);
    }
    return x.backOnLoop(recorded) // recorded first
        .thenCompose(known -> x.backOnLoop(upstream.look(x, known)))
        .thenCompose(Lookups::whole)
        .thenApply(json -> relation.provenBy(json, key.target().base(), key.user(), key.patient()));
  }

  private static CompletionStage<byte[]> whole(Upstream.Response response) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    return Repeat.until(
            () -> {
              Judgement.admit(response);
              return response.body().next().thenApply(chunk -> take(chunk, json));
            })
        .thenApply(end -> json.toByteArray())
        .whenComplete(
            (all, failure) -> {
              if (failure != null) {
                response.body().cancel();
              }
            });
  }

  /** True at the end. */
  private static boolean take(ByteBuf chunk, ByteArrayOutputStream json) {
    if (chunk == null) {
      return true;
    }
    try {
      if (json.size() + chunk.readableBytes() > ANSWER_BYTES_MAX) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "the answer to a lookup is too large");
      }
      byte[] bytes = new byte[chunk.readableBytes()];
      chunk.readBytes(bytes);
      json.writeBytes(bytes);
      return false;
    } finally {
      chunk.release();
    }
  }

  /**
   * A record system that does not know what it is asked, or finds it wrong, has a fault of its own:
   * the caller asked neither.
   */
  private static Throwable refusal(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean fault =
        !(cause instanceof Refusal refusal)
            || refusal.reason().fault() == Reason.Fault.UPSTREAM
            || refusal.reason().fault() == Reason.Fault.INTERNAL;
    return fault
        ? cause
        : new Refusal(Reason.UPSTREAM_ERROR, "lookup: " + ((Refusal) cause).detail(), cause);
  }
}
