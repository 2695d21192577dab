package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.Decision;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Sink;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A searchset: its entries are judged one by one and released in windows, each recorded before it
 * leaves. Memory is one entry and one window, however long the Bundle is.
 */
final class BundleWindows implements Windows {
  /** After so much input the loop serves others before it goes on. */
  private static final int YIELD_BYTES = 256 << 10;

  /** A window ends with the entry that fills it: mostly this much behind its size. */
  private static final int SLACK_BYTES = 8 << 10;

  private final Deque<Body> bodies = new ArrayDeque<>();
  private final Exchange x;
  private final Upstream.Response response;
  private final BundleStream stream;
  private final Digest digest = new Digest();
  private int sinceYield;
  private int windows;
  private int resources;
  private long bytes;

  BundleWindows(Exchange x, Decision.Permit permit, Upstream.Response response, SealedLinks links) {
    this.x = x;
    this.response = response;
    String search = SealedLinks.search(permit.interaction());
    String external = x.route().rebase().external();
    this.stream =
        new BundleStream(
            x.redactor(),
            permit.view(),
            x.snapshot().limits(),
            new BundleStream.Envelope(
                permit.interaction().type(),
                permit.release(),
                x.route().rebase(),
                link -> {
                  String token = links.seal(x, search, link);
                  return token == null
                      ? null
                      : external + "?" + SealedLinks.PARAMETER + "=" + token;
                },
                external + "/" + search,
                x.snapshot().windowBytes(),
                permit.total()),
            this::outlet);
  }

  /** The outbound buffer of the window that begins. */
  private Sink outlet() {
    Body body = Body.window(x.snapshot().windowBytes() + SLACK_BYTES);
    bodies.add(body);
    return body;
  }

  @Override
  public CompletionStage<Answer.Disclosure> next() {
    Redacted[] window = new Redacted[1];
    return Repeat.until(
            () -> {
              window[0] = stream.window();
              return window[0] != null ? CompletableFuture.completedFuture(true) : feed();
            })
        .thenApply(ready -> disclose(window[0]));
  }

  private CompletionStage<Boolean> feed() {
    return response.body().next().thenCompose(this::take);
  }

  private CompletionStage<Boolean> take(ByteBuf chunk) {
    if (chunk == null) {
      stream.finish();
      return CompletableFuture.completedFuture(false);
    }
    try {
      sinceYield += chunk.readableBytes();
      stream.feed(chunk.readableBytes(), chunk::readBytes);
    } finally {
      chunk.release();
    }
    if (sinceYield < YIELD_BYTES) {
      return CompletableFuture.completedFuture(false);
    }
    sinceYield = 0;
    CompletableFuture<Boolean> later = new CompletableFuture<>();
    x.loop().execute(() -> later.complete(false));
    return later;
  }

  private Answer.Disclosure disclose(Redacted window) {
    ByteBuf body = bodies.remove().bytes();
    String hex = digest.of(body);
    windows++;
    resources += window.facts().size();
    bytes += body.readableBytes();
    return new Answer.Disclosure(Heads.ok(x), body, window, windows, stream.done(), hex);
  }

  @Override
  public void cancel() {
    response.body().cancel();
    while (!bodies.isEmpty()) {
      bodies.remove().release();
    }
  }

  @Override
  public Totals totals() {
    return new Totals(200, windows, resources, bytes, digest.total());
  }
}
