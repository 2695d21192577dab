package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.sallyport.policy.Decision;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.PageFill;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Sink;
import io.sallyport.proxy.journal.Recorded;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A searchset or a history: its entries are judged one by one and released in windows, each
 * recorded before it leaves. Memory is one entry and one window, however long the Bundle is.
 */
final class BundleWindows implements Windows {
  /** After so much input the loop serves others before it goes on. */
  private static final int YIELD_BYTES = 256 << 10;

  /** A window ends with the entry that fills it: mostly this much behind its size. */
  private static final int SLACK_BYTES = 8 << 10;

  /**
   * The pages of the upstream's that one of ours may take. A caller of whom more is hidden in a row
   * is shown a short page: one of the few things that may tell of what is withheld.
   */
  private static final int PAGES_MAX = 10;

  /** How much of a page is read while an entry waits for a lookup. */
  private static final int AHEAD_BYTES = 512 << 10;

  private final Deque<Body> bodies = new ArrayDeque<>();
  private final Exchange x;
  private final Recorded<Decision.Permit> permit;
  private final Upstream upstream;
  private final SealedLinks links;
  private final SelfLinks selfLinks;
  private final Standing standing;
  private final String search;
  private final String external;
  private final BundleStream stream;
  private final Digest digest = new Digest();
  private Upstream.Response response;
  private boolean ended;
  private int pages = 1;
  private int sinceYield;
  private int windows;
  private int resources;
  private long bytes;

  BundleWindows(
      Exchange x,
      Recorded<Decision.Permit> permit,
      Upstream.Response response,
      Upstream upstream,
      SealedLinks links,
      SelfLinks selfLinks,
      Standing standing) {
    this.x = x;
    this.permit = permit;
    this.response = response;
    this.upstream = upstream;
    this.links = links;
    this.selfLinks = selfLinks;
    this.standing = standing;
    this.search = SealedLinks.search(permit.value().shown());
    this.external = x.route().rebase().external();
    Decision.Permit permitted = permit.value();
    this.stream =
        new BundleStream(
            x.redactor(),
            permitted.view(),
            x.snapshot().limits(),
            new Envelope(
                permitted.interaction().type(),
                permitted.release(),
                x.route().rebase(),
                link -> ours(links.seal(x, search, link)),
                external + "/" + search,
                x.snapshot().windowBytes(),
                permitted.total(),
                permitted.includes(),
                permitted.form()),
            permitted.unfiltered() ? null : fill(permitted),
            this::outlet);
    if (x.observation() != null) {
      stream.observe(x.observation().shadow());
    }
  }

  /** Where matches may be withheld, our pages are not the upstream's. */
  private PageFill fill(Decision.Permit permitted) {
    return new PageFill(
        permitted.interaction().count(),
        x.skip(),
        x.page() == null,
        from ->
            ours(
                links.seal(x, new SealedLinks.Page(search, x.upstreamReference(permitted), from))));
  }

  private String ours(String token) {
    return token == null ? null : external + "?" + SealedLinks.PARAMETER + "=" + token;
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
    // What waits for a lookup lets the record system's page come to its end first, if that is near:
    // then its connection is free for the lookups, and their patients are asked for together.
    if (!ended && stream.kept() < AHEAD_BYTES) {
      return response.body().next().thenCompose(this::take);
    }
    Set<String> wanted = stream.wanted();
    if (!wanted.isEmpty()) {
      return standing
          .learn(wanted)
          .thenApply(
              learned -> {
                stream.goOn();
                return false;
              });
    }
    return ended ? turn() : response.body().next().thenCompose(this::take);
  }

  private CompletionStage<Boolean> take(ByteBuf chunk) {
    if (chunk == null) {
      ended = true;
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

  /** The upstream's page ended: the answer does, too, unless it takes the next one to fill it. */
  private CompletionStage<Boolean> turn() {
    String more = stream.more();
    if (pages == 1 && x.page() == null) {
      selfLinks.check(x, permit.value(), stream.self());
    }
    String reference = more == null || pages == PAGES_MAX ? null : SealedLinks.reference(x, more);
    if (reference == null) {
      return standing
          .once()
          .thenApply(
              asked -> {
                stream.finish();
                return false;
              });
    }
    pages++;
    x.page(reference, 0);
    return x.backOnLoop(upstream.send(x, permit))
        .thenApply(
            next -> {
              response = next;
              Judgement.admit(next);
              stream.resume();
              ended = false;
              return false;
            });
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
