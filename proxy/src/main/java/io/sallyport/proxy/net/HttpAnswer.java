package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sallyport.proxy.exchange.Downstream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One exchange's answer on the wire: whole with a Content-Length, or streamed in chunks. */
final class HttpAnswer implements Downstream {
  private final HttpConnection connection;
  private final ChannelHandlerContext ctx;
  private final boolean headOnly;
  private CompletableFuture<Void> waiting;
  private boolean complete;
  private boolean gone;

  HttpAnswer(HttpConnection connection, ChannelHandlerContext ctx, boolean headOnly) {
    this.connection = connection;
    this.ctx = ctx;
    this.headOnly = headOnly;
  }

  /** Whether the answer was written to its end: only then may another follow it. */
  boolean complete() {
    return complete;
  }

  static ByteBuf continues(ByteBufAllocator alloc) {
    return alloc
        .buffer(32)
        .writeBytes("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public CompletionStage<Void> answer(Head head, ByteBuf body) {
    complete = true;
    ByteBuf bytes = head(head, "Content-Length: " + body.readableBytes());
    if (headOnly) {
      body.release();
      return sent(bytes);
    }
    if (gone) {
      body.release();
      return sent(bytes);
    }
    ctx.write(bytes);
    return sent(body);
  }

  @Override
  public void begin(Head head) {
    ByteBuf bytes = head(head, "Transfer-Encoding: chunked");
    if (gone) {
      bytes.release();
    } else {
      ctx.write(bytes);
    }
  }

  @Override
  public CompletionStage<Void> write(ByteBuf piece) {
    if (headOnly || !piece.isReadable()) {
      piece.release();
      return CompletableFuture.completedFuture(null);
    }
    if (gone) {
      return sent(piece);
    }
    String size = Integer.toHexString(piece.readableBytes()) + "\r\n";
    ctx.write(ascii(size));
    ctx.write(piece);
    ctx.writeAndFlush(ascii("\r\n"));
    if (ctx.channel().isWritable()) {
      return CompletableFuture.completedFuture(null);
    }
    waiting = new CompletableFuture<>();
    connection.waitingToWrite(true);
    return waiting;
  }

  @Override
  public CompletionStage<Void> end() {
    complete = true;
    return sent(headOnly ? ascii("") : ascii("0\r\n\r\n"));
  }

  /** No final chunk: whoever reads this knows that it is not the whole. */
  @Override
  public void reset() {
    ctx.close();
  }

  void writable() {
    if (waiting != null && ctx.channel().isWritable()) {
      CompletableFuture<Void> ready = waiting;
      waiting = null;
      connection.waitingToWrite(false);
      ready.complete(null);
    }
  }

  void gone() {
    gone = true;
    if (waiting != null) {
      CompletableFuture<Void> lost = waiting;
      waiting = null;
      lost.completeExceptionally(new ClosedChannelException());
    }
  }

  private CompletionStage<Void> sent(ByteBuf bytes) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    if (gone) {
      bytes.release();
      sent.completeExceptionally(new ClosedChannelException());
      return sent;
    }
    ChannelFuture written = ctx.writeAndFlush(bytes);
    if (!written.isDone()) {
      connection.waitingToWrite(true); // the socket is full: the caller's time to read runs
    }
    written.addListener(
        future -> {
          connection.waitingToWrite(false);
          if (future.isSuccess()) {
            sent.complete(null);
          } else {
            sent.completeExceptionally(future.cause());
          }
        });
    return sent;
  }

  private ByteBuf head(Head head, String framing) {
    StringBuilder text = new StringBuilder(384);
    text.append("HTTP/1.1 ")
        .append(head.status())
        .append(' ')
        .append(HttpResponseStatus.valueOf(head.status()).reasonPhrase())
        .append("\r\n");
    for (Map.Entry<String, String> field : head.headers()) {
      text.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }
    text.append("Strict-Transport-Security: max-age=63072000\r\n");
    if (!connection.keepsAlive()) {
      text.append("Connection: close\r\n");
    }
    text.append(framing).append("\r\n\r\n");
    return ascii(text);
  }

  private ByteBuf ascii(CharSequence text) {
    ByteBuf bytes = ctx.alloc().buffer(text.length());
    bytes.writeCharSequence(text, StandardCharsets.US_ASCII);
    return bytes;
  }
}
