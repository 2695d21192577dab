package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a record system: one request at a time. The request is written from parts; of
 * the response's head only what {@link Upstream.Response} names is looked at. Lives on its loop.
 */
final class UpstreamConnection extends SimpleChannelInboundHandler<HttpObject> {
  private static final int INFORMATIONAL_MAX = 5;

  private final UpstreamPool pool;
  private final UpstreamTarget target;
  private final Deque<ByteBuf> chunks = new ArrayDeque<>();
  private ChannelHandlerContext ctx;
  private CompletableFuture<Upstream.Response> response;
  private Reading reading;
  private CompletableFuture<ByteBuf> next;
  private Refusal failure;
  private boolean reused;
  private boolean heard;
  private boolean ended = true;
  private boolean keepAlive;
  private int informational;
  private long received;
  private long movedNanos;
  private long idleSince;
  private boolean forgotten;

  UpstreamConnection(UpstreamPool pool, UpstreamTarget target) {
    this.pool = pool;
    this.target = target;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  boolean usable() {
    return ctx != null && ctx.channel().isActive() && ended && failure == null;
  }

  /**
   * Whether it was kept alive and died before a byte of the response: the request was not heard.
   */
  boolean diedUnheard() {
    return reused && !heard && (failure == null || failure.reason() != Reason.UPSTREAM_TIMEOUT);
  }

  void idleSince(long nanos) {
    idleSince = nanos;
  }

  long idleSince() {
    return idleSince;
  }

  CompletionStage<Upstream.Response> request(String uri, String id) {
    response = new CompletableFuture<>();
    reading = new Reading();
    ended = false;
    heard = false;
    received = 0;
    informational = 0;
    moved();
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, uri, Unpooled.EMPTY_BUFFER);
    HttpHeaders headers = request.headers();
    headers.set(HttpHeaderNames.HOST, target.host() + ":" + target.port());
    headers.set(HttpHeaderNames.ACCEPT, "application/fhir+json");
    headers.set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
    headers.set(HttpHeaderNames.USER_AGENT, "Sallyport");
    headers.set("Prefer", "handling=strict");
    headers.set("X-Request-Id", id);
    if (!target.authorization().isEmpty()) {
      headers.set(HttpHeaderNames.AUTHORIZATION, target.authorization());
    }
    CompletableFuture<Upstream.Response> mine = response;
    ctx.writeAndFlush(request)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                fail(new Refusal(Reason.UPSTREAM_UNREACHABLE, target.name() + ": write failed"));
              }
            });
    watch(mine);
    ctx.read();
    return mine;
  }

  /** One timer a request: it must answer, and its answer must move. */
  private void watch(CompletableFuture<Upstream.Response> mine) {
    long timeout = TimeUnit.MILLISECONDS.toNanos(target.responseTimeoutMillis());
    ctx.executor()
        .schedule(
            () -> {
              if (response != mine || ended || failure != null) {
                return;
              }
              // A body that nobody asks for stands still because of us, not of the upstream.
              boolean theirs = !mine.isDone() || next != null;
              if (theirs && System.nanoTime() - movedNanos >= timeout) {
                fail(
                    new Refusal(
                        Reason.UPSTREAM_TIMEOUT, target.name() + " did not answer in time"));
              } else {
                watch(mine);
              }
            },
            Math.max(10, target.responseTimeoutMillis() / 4),
            TimeUnit.MILLISECONDS);
  }

  private void moved() {
    movedNanos = System.nanoTime();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    heard = true;
    moved();
    if (ended || failure != null) {
      fail(invalid("bytes that no request asked for"));
      return;
    }
    if (message.decoderResult().isFailure()) {
      fail(invalid("malformed response"));
      return;
    }
    if (message instanceof HttpResponse head) {
      head(head);
    }
    if (message instanceof HttpContent content && failure == null) {
      content(content);
    }
  }

  private void head(HttpResponse head) {
    int status = head.status().code();
    if (status == 101 || (status < 200 && ++informational > INFORMATIONAL_MAX)) {
      fail(invalid("protocol switch, or too many informational responses"));
      return;
    }
    if (status < 200) {
      return;
    }
    HttpHeaders headers = head.headers();
    // The decoder takes any version, and any coding list that ends in chunked, as if it were plain.
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && !head.protocolVersion().equals(HttpVersion.HTTP_1_0)
        || !(codings.isEmpty()
            || codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"))) {
      fail(invalid("a version or a transfer coding we do not speak"));
      return;
    }
    if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
        || headers.getAll(HttpHeaderNames.CONTENT_TYPE).size() > 1) {
      fail(invalid("a repeated header"));
      return;
    }
    keepAlive = HttpUtil.isKeepAlive(head);
    response.complete(
        new Upstream.Response(
            status,
            text(headers, "Content-Type"),
            text(headers, "Content-Encoding"),
            text(headers, "ETag"),
            text(headers, "Last-Modified"),
            HttpUtil.getContentLength(head, -1L),
            reading));
  }

  private static String text(HttpHeaders headers, String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  private void content(HttpContent content) {
    if (!response.isDone()) {
      return; // the end of an informational response
    }
    received += content.content().readableBytes();
    if (received > target.responseBytesMax()) {
      fail(new Refusal(Reason.UPSTREAM_TOO_LARGE, target.name() + ": response is over its limit"));
      return;
    }
    boolean last = content instanceof LastHttpContent;
    if (content.content().isReadable()) {
      chunks.add(content.content().retain());
    }
    if (last) {
      ended = true;
    }
    if (last && !keepAlive) {
      ctx.close();
    }
    deliver();
  }

  private void deliver() {
    if (next == null) {
      return;
    }
    ByteBuf chunk = chunks.poll();
    if (chunk != null || ended) {
      CompletableFuture<ByteBuf> waiting = next;
      next = null;
      if (chunk == null) {
        done();
      }
      waiting.complete(chunk);
    }
  }

  /** The response is read to its end, or not wanted: the connection may serve the next request. */
  private void done() {
    reading = null;
    release();
    if (keepAlive && failure == null && ctx.channel().isActive()) {
      reused = true;
      pool.give(this);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // Somebody waits for more: the head, or a chunk.
    if (!ended && failure == null && (!response.isDone() || next != null)) {
      ctx.read();
    } else if (ended) {
      ctx.read(); // so that a peer that closes an idle connection is noticed
    }
  }

  private Refusal invalid(String why) {
    return new Refusal(Reason.UPSTREAM_INVALID, target.name() + ": " + why);
  }

  private void fail(Refusal why) {
    if (failure == null) {
      failure = why;
    }
    boolean waiting = !ended;
    ended = true;
    release();
    ctx.close();
    if (waiting && response != null) {
      response.completeExceptionally(failure);
    }
    if (next != null) {
      CompletableFuture<ByteBuf> lost = next;
      next = null;
      lost.completeExceptionally(failure);
    }
  }

  private void release() {
    chunks.forEach(ByteBuf::release);
    chunks.clear();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!ended) {
      Reason reason = response.isDone() ? Reason.UPSTREAM_INVALID : Reason.UPSTREAM_UNREACHABLE;
      fail(new Refusal(reason, target.name() + " closed before its response ended"));
    }
    if (!forgotten) {
      forgotten = true;
      pool.forget(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!ended) {
      fail(
          new Refusal(
              response.isDone() ? Reason.UPSTREAM_INVALID : Reason.UPSTREAM_UNREACHABLE,
              target.name() + ": " + cause.getClass().getSimpleName(),
              cause));
    }
    ctx.close();
  }

  void close() {
    ctx.close();
  }

  /** One response's body. What comes after its end belongs to another exchange. */
  private final class Reading implements Upstream.Body {
    @Override
    public CompletionStage<ByteBuf> next() {
      if (this != reading) {
        return CompletableFuture.completedFuture(null);
      }
      ByteBuf chunk = chunks.poll();
      if (chunk != null) {
        return CompletableFuture.completedFuture(chunk);
      }
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      if (ended) {
        done();
        return CompletableFuture.completedFuture(null);
      }
      next = new CompletableFuture<>();
      CompletableFuture<ByteBuf> mine = next;
      moved();
      ctx.read();
      return mine;
    }

    @Override
    public void cancel() {
      if (this != reading) {
        return;
      }
      if (ended) {
        done();
        return;
      }
      reading = null;
      failure = new Refusal(Reason.CLIENT_ABORTED, "response given up");
      ended = true;
      release();
      ctx.close();
      if (next != null) {
        CompletableFuture<ByteBuf> lost = next;
        next = null;
        lost.completeExceptionally(failure);
      }
    }
  }
}
