package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A single resource: buffered whole, judged, rewritten, released in one part. The upstream's
 * buffers are copied once, into the loop's padded array; the gaps go straight to the outbound
 * buffer.
 */
final class ResourceWindows implements Windows {
  /** What tags and rewritten URLs may add, mostly. */
  private static final int SLACK_BYTES = 512;

  private final Exchange x;
  private final Decision.Permit permit;
  private final Upstream.Response response;
  private final Standing standing;
  private final CompositeByteBuf whole = ByteBufAllocator.DEFAULT.compositeBuffer(1024);
  private final Digest digest = new Digest();

  /** What may be released, until it is. */
  private Body body;

  private int resources;
  private long bytes = -1;

  /**
   * @param standing finds out what the release depends on besides the resource
   */
  ResourceWindows(
      Exchange x, Decision.Permit permit, Upstream.Response response, Standing standing) {
    this.standing = standing;
    this.x = x;
    this.permit = permit;
    this.response = response;
  }

  @Override
  public CompletionStage<Answer.Disclosure> next() {
    int max = x.snapshot().limits().resourceBytesMax();
    if (response.contentLength() > max) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "resource is over limits.resource");
    }
    return Repeat.until(() -> response.body().next().thenApply(chunk -> take(chunk, max)))
        .thenCompose(end -> redact());
  }

  /** True at the end. */
  private boolean take(ByteBuf chunk, int max) {
    if (chunk == null) {
      return true;
    }
    whole.addComponent(true, chunk);
    if (whole.readableBytes() > max) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "resource is over limits.resource");
    }
    return false;
  }

  private CompletionStage<Answer.Disclosure> redact() {
    int length = whole.readableBytes();
    byte[] padded = padded(length);
    whole.readBytes(padded, 0, length);
    whole.release();
    body = Body.resource(length + SLACK_BYTES);
    Interaction asked = permit.interaction();
    Redacted redacted =
        x.redactor()
            .redact(
                permit.view(),
                Redactor.Layer.EXCHANGE,
                padded,
                0,
                length,
                asked.type(),
                x.route().rebase(),
                body);
    Fact fact = theOneAskedFor(redacted, asked);
    if (x.observation() != null) {
      x.observation().judge(padded, asked.type());
    }
    String patient = permit.release().asks(fact);
    return (patient == null ? standing.once() : standing.learn(List.of(patient)))
        .thenApply(known -> disclose(redacted, fact));
  }

  private Answer.Disclosure disclose(Redacted redacted, Fact fact) {
    if (!permit.release().holds(fact)) {
      throw new Refusal(
          Reason.NOT_FOUND,
          "resource is outside the caller's compartment or relations, or of a segment it is denied");
    }
    ByteBuf bytes = body.bytes();
    body = null;
    String hex = digest.of(bytes);
    resources = redacted.facts().size();
    this.bytes = redacted.length();
    return new Answer.Disclosure(
        Heads.resource(x, permit.view(), response), bytes, redacted, 1, true, hex);
  }

  // The decision was about one resource. An upstream that answers with another (a merged patient, a
  // confused cache) would disclose somebody nobody decided about.
  private static Fact theOneAskedFor(Redacted redacted, Interaction asked) {
    Fact fact = redacted.facts().size() == 1 ? redacted.facts().get(0) : null;
    if (fact == null || !fact.type().equals(asked.type()) || !fact.id().equals(asked.id())) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "upstream answered with another resource");
    }
    return fact;
  }

  private byte[] padded(int length) {
    byte[] array = x.redactor().scratch(length + Redactor.PADDING);
    // What an earlier resource left behind must not continue this one.
    Arrays.fill(array, length, length + Redactor.PADDING, (byte) 0);
    return array;
  }

  @Override
  public void cancel() {
    response.body().cancel();
    if (whole.refCnt() > 0) {
      whole.release();
    }
    if (body != null) {
      body.release();
      body = null;
    }
  }

  @Override
  public Totals totals() {
    return bytes < 0
        ? new Totals(0, 0, 0, 0, "")
        : new Totals(200, 1, resources, bytes, digest.total());
  }
}
