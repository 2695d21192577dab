package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sallyport.policy.redact.BundleForm;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a record system answers to a search that matches nothing, where it need not be asked: it
 * goes the way of any other answer.
 */
final class NothingFound implements Upstream.Body {
  private boolean read;

  private NothingFound() {}

  static Upstream.Response response() {
    return new Upstream.Response(200, Heads.JSON, "", "", "", -1, new NothingFound());
  }

  @Override
  public CompletionStage<ByteBuf> next() {
    ByteBuf body =
        read ? null : Unpooled.copiedBuffer(BundleForm.NOTHING_FOUND, StandardCharsets.US_ASCII);
    read = true;
    return CompletableFuture.completedFuture(body);
  }

  @Override
  public void cancel() {
    read = true;
  }
}
