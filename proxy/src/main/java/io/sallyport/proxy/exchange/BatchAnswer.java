package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.policy.Reason;
import io.sallyport.policy.redact.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The answer of a batch whose slots are filled from outside, where no caller waits for it: offline.
 * Each is written by the {@link Slot} that a caller's answer goes to.
 */
public final class BatchAnswer {
  /** Everything is there at once. */
  private static final class Whole implements Downstream {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public CompletionStage<Void> answer(Head answered, ByteBuf body) {
      return write(body);
    }

    @Override
    public void begin(Head begun) {
      // A slot says what its head says.
    }

    @Override
    public CompletionStage<Void> write(ByteBuf piece) {
      try {
        piece.readBytes(bytes, piece.readableBytes());
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      } finally {
        piece.release();
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> end() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void reset() {
      throw new IllegalStateException("nobody cuts it");
    }
  }

  private final Whole whole = new Whole();
  private final Slot.Answer answer = new Slot.Answer(whole);
  private int slots;

  /**
   * Why what a record system answered is passed on to nobody; null where it may be.
   *
   * @param status the HTTP status
   */
  public static Reason problem(int status) {
    return status == 200 ? null : Judgement.reason(status);
  }

  /**
   * A slot with what was released.
   *
   * @param etag what the record system says of the version; left out where it may not be shown
   */
  public void released(View view, byte[] resource, String etag) {
    boolean version = view.versions() && Heads.isVersion(etag);
    slot(
        new Downstream.Head(200, version ? List.of(Map.entry("ETag", etag)) : List.of()), resource);
  }

  /** A slot with the outcome of a refusal. */
  public void refused(Reason reason) {
    slot(
        new Downstream.Head(reason.status(), List.of()),
        Outcomes.body(reason, "offline-" + (slots + 1)));
  }

  private void slot(Downstream.Head head, byte[] body) {
    new Slot(answer, slots++ == 0, false).answer(head, Unpooled.wrappedBuffer(body));
  }

  /** The Bundle. Takes no more slots. */
  public byte[] end() {
    byte[] filled = whole.bytes.toByteArray();
    String head = Batch.HEAD + (slots == 0 ? "" : ",\"entry\":[");
    ByteArrayOutputStream bundle = new ByteArrayOutputStream(filled.length + head.length() + 2);
    bundle.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bundle.writeBytes(filled);
    bundle.writeBytes((slots == 0 ? "}" : "]}").getBytes(StandardCharsets.US_ASCII));
    return bundle.toByteArray();
  }
}
