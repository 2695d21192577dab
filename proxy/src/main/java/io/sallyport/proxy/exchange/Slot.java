package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The caller's side of one entry of a {@link Batch}: an answer becomes {@code resource} and {@code
 * response}, a refusal a {@code response} with its outcome. What it writes itself says nothing but
 * the answer's status and version.
 */
final class Slot implements Downstream {
  /** The answer that all slots are parts of. */
  static final class Answer {
    private final Downstream downstream;
    private boolean broken;

    Answer(Downstream downstream) {
      this.downstream = downstream;
    }

    /** Whether it was cut, or the caller is gone. */
    boolean broken() {
      return broken;
    }

    CompletionStage<Void> write(ByteBuf piece) {
      return downstream
          .write(piece)
          .whenComplete(
              (written, gone) -> {
                broken |= gone != null;
              });
    }

    void cut() {
      broken = true;
      downstream.reset();
    }
  }

  private final Answer answer;
  private final String separator;
  private final boolean bodiless;
  private Head head;
  private boolean begun;

  /**
   * @param first whether no slot comes before it
   * @param bodiless whether the entry asks by HEAD
   */
  Slot(Answer answer, boolean first, boolean bodiless) {
    this.answer = answer;
    this.separator = first ? "{" : ",{";
    this.bodiless = bodiless;
  }

  @Override
  public CompletionStage<Void> answer(Head answered, ByteBuf body) {
    if (answered.status() == 200) {
      begin(answered);
      return bodiless ? dropped(body).thenCompose(none -> end()) : whole(body);
    }
    String response = separator + "\"response\":{\"status\":\"" + answered.status() + "\"";
    return bodiless
        ? dropped(body).thenCompose(none -> answer.write(text(response + "}}")))
        : answer.write(Unpooled.wrappedBuffer(text(response + ",\"outcome\":"), body, text("}}")));
  }

  private CompletionStage<Void> whole(ByteBuf body) {
    begun = true;
    return answer.write(
        Unpooled.wrappedBuffer(text(separator + "\"resource\":"), body, text("," + response())));
  }

  private static CompletionStage<Void> dropped(ByteBuf body) {
    body.release();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void begin(Head begins) {
    head = begins;
  }

  @Override
  public CompletionStage<Void> write(ByteBuf piece) {
    if (bodiless) {
      return dropped(piece);
    }
    if (begun) {
      return answer.write(piece);
    }
    begun = true;
    return answer.write(Unpooled.wrappedBuffer(text(separator + "\"resource\":"), piece));
  }

  @Override
  public CompletionStage<Void> end() {
    return answer.write(text((begun ? "," : separator) + response()));
  }

  @Override
  public void reset() {
    answer.cut();
  }

  private String response() {
    StringBuilder response = new StringBuilder("\"response\":{\"status\":\"").append(head.status());
    for (Map.Entry<String, String> header : head.headers()) {
      if (header.getKey().equals("ETag")) {
        response.append("\",\"etag\":\"").append(header.getValue().replace("\"", "\\\""));
      }
    }
    return response.append("\"}}").toString();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }
}
