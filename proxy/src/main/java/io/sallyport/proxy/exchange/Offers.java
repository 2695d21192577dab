package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.Recorded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The record systems' own CapabilityStatements, asked for when a caller asks for ours, and kept for
 * a while. Shared by all loops.
 */
final class Offers {
  private static final Duration KEPT = Duration.ofMinutes(5);

  private final Upstream upstream;
  private final Clock clock;
  private final Map<UpstreamTarget, Kept> kept = new ConcurrentHashMap<>();

  private record Kept(Offer offer, Instant until) {}

  Offers(Upstream upstream, Clock clock) {
    this.upstream = upstream;
    this.clock = clock;
  }

  /**
   * What the record system of a permitted request for the CapabilityStatement offers. One that has
   * no statement we can read says nothing; one that does not answer fails the request.
   */
  CompletionStage<Offer> ask(Exchange x, Recorded<Decision.Permit> permit) {
    UpstreamTarget target = x.route().upstream();
    Kept known = kept.get(target);
    if (known != null && clock.instant().isBefore(known.until())) {
      return CompletableFuture.completedFuture(known.offer());
    }
    return x.backOnLoop(upstream.send(x, permit))
        .thenCompose(response -> read(x, response))
        .thenApply(
            offer -> {
              kept.put(target, new Kept(offer, clock.instant().plus(KEPT)));
              return offer;
            });
  }

  private static CompletionStage<Offer> read(Exchange x, Upstream.Response response) {
    try {
      Judgement.admit(response);
    } catch (Refusal refused) {
      response.body().cancel();
      return refused.reason().status() >= 500
          ? CompletableFuture.failedFuture(refused)
          : CompletableFuture.completedFuture(Offer.ANY);
    }
    ByteArrayOutputStream statement = new ByteArrayOutputStream();
    int max = x.snapshot().limits().resourceBytesMax();
    return Repeat.until(
            () -> response.body().next().thenApply(chunk -> take(chunk, statement, max)))
        .thenApply(
            read -> {
              response.body().cancel();
              return offer(statement, max);
            });
  }

  /** True at the end, and where it is longer than anything we read. */
  private static boolean take(ByteBuf chunk, ByteArrayOutputStream to, int max) {
    if (chunk == null) {
      return true;
    }
    try {
      chunk.readBytes(to, chunk.readableBytes());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } finally {
      chunk.release();
    }
    return to.size() > max;
  }

  private static Offer offer(ByteArrayOutputStream statement, int max) {
    try {
      return statement.size() > max ? Offer.ANY : Offer.of(statement.toByteArray());
    } catch (Refusal malformed) {
      return Offer.ANY;
    }
  }
}
