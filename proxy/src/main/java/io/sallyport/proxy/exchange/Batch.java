package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.BatchReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * A batch of reads. It needs no right of its own and has no record of its own: every entry is an
 * exchange like any other, decided, recorded, forwarded and recorded again, one after the other,
 * whose answer goes to its {@link Slot}. Slots stand as the entries do; one that is refused is
 * there, and says so as the request alone would be told.
 *
 * @see <a href="https://hl7.org/fhir/R4/http.html#transaction">FHIR R4 batch</a>
 */
final class Batch {
  static final String HEAD = "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\"";

  private final Exchange x;
  private final BiFunction<Exchange, Refusal, CompletionStage<Void>> spine;
  private final List<BatchReader.Asked> asked;
  private final Slot.Answer answer;
  private int next;

  private Batch(
      Exchange x,
      BiFunction<Exchange, Refusal, CompletionStage<Void>> spine,
      List<BatchReader.Asked> asked) {
    this.x = x;
    this.spine = spine;
    this.asked = asked;
    this.answer = new Slot.Answer(x.downstream());
  }

  /** Whether a request is a batch: a POST of something to the base of its route. */
  static boolean isOne(Exchange x) {
    String below = Router.below(x.route(), x.head());
    return below.isEmpty() && x.head().method().equals("POST");
  }

  /**
   * Serves the batch that an exchange's body holds. Fails before anything is answered, or never.
   *
   * @param spine from the decision on, for one entry and what is wrong with it, or null. Completes,
   *     never exceptionally
   */
  static CompletionStage<Void> serve(
      Exchange x, BiFunction<Exchange, Refusal, CompletionStage<Void>> spine) {
    Understanding.requireBatch(x);
    byte[] body = new byte[x.body().readableBytes()];
    x.body().getBytes(x.body().readerIndex(), body);
    return new Batch(x, spine, BatchReader.read(body)).run();
  }

  private CompletionStage<Void> run() {
    x.downstream().begin(Heads.ok(x));
    return answer
        .write(text(HEAD + (asked.isEmpty() ? "" : ",\"entry\":[")))
        .handle((written, gone) -> null)
        .thenCompose(begun -> Repeat.until(this::one))
        .thenCompose(done -> end());
  }

  private CompletionStage<Boolean> one() {
    if (answer.broken() || next == asked.size()) {
      return CompletableFuture.completedFuture(true);
    }
    BatchReader.Asked request = asked.get(next++);
    Slot slot = new Slot(answer, next == 1, request.method().equals("HEAD"));
    Exchange entry = x.entry(next, head(request), slot);
    x.onInterrupt(entry::interrupt);
    return spine.apply(entry, wrong(request)).thenApply(served -> false);
  }

  private CompletionStage<Void> end() {
    if (answer.broken()) {
      return CompletableFuture.completedFuture(null); // cut, or nobody is there
    }
    return answer
        .write(text(asked.isEmpty() ? "}" : "]}"))
        .thenCompose(written -> x.downstream().end())
        .handle((sent, gone) -> null);
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static Refusal wrong(BatchReader.Asked request) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return new Refusal(Reason.INTERACTION_NOT_SUPPORTED, "a batch is of reads");
    }
    return request.problem() == null
        ? null
        : new Refusal(Reason.MALFORMED_REQUEST, request.problem());
  }

  /** The head of the request that an entry stands for: below our base, or relative to it. */
  private RequestHead head(BatchReader.Asked request) {
    String base = x.route().rebase().external();
    String url = request.url();
    if (url.startsWith(base + "/") || url.startsWith(base + "?")) {
      url = url.substring(base.length());
      url = url.startsWith("/") ? url.substring(1) : url;
    }
    int question = url.indexOf('?');
    String path = question < 0 ? url : url.substring(0, question);
    return new RequestHead(
        request.method(),
        x.route().path() + (path.isEmpty() ? "" : "/" + path),
        question < 0 ? null : url.substring(question + 1),
        x.head().host(),
        x.head().authorization(),
        x.head().accept(),
        "",
        "",
        "",
        x.head().breakGlassReason());
  }
}
