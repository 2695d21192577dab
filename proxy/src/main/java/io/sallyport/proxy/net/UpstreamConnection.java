package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One connection to a record system: one request at a time. The request is written from parts; of
 * the response's head only what {@link Upstream.Response} names is looked at. Lives on its loop.
 */
final class UpstreamConnection extends SimpleChannelInboundHandler<HttpObject> {
  private static final int INFORMATIONAL_MAX = 5;

  private final UpstreamPool pool;
  private final UpstreamTarget target;
  private final UpstreamHeads heads;
  private final long watchMillis;
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
  private boolean endsWithConnection;
  private boolean closeNotified;
  private int informational;
  private long received;
  private long movedNanos;
  private long waitingSinceNanos;
  private long waitedNanos;
  private long idleSince;
  private boolean forgotten;
  private boolean watching;

  UpstreamConnection(UpstreamPool pool, UpstreamTarget target, UpstreamHeads heads) {
    this.pool = pool;
    this.target = target;
    this.heads = heads;
    watchMillis =
        Math.max(10, Math.min(target.responseTimeoutMillis(), target.totalTimeoutMillis()) / 4);
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
    return reused && !heard && failure != null && failure.reason() == Reason.UPSTREAM_UNREACHABLE;
  }

  /** Bytes have arrived, though perhaps too few to be a message. */
  void heard() {
    heard = true;
  }

  /** What ends the request that was sent last, and only that one, whatever it waits for. */
  Consumer<Refusal> callOff() {
    return reading::callOff;
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
    waitedNanos = 0;
    waits();
    CompletableFuture<Upstream.Response> mine = response;
    ctx.writeAndFlush(heads.request(ctx.alloc(), uri, id))
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                fail(new Refusal(Reason.UPSTREAM_UNREACHABLE, target.name() + ": write failed"));
              }
            });
    if (!watching) {
      watch();
    }
    ctx.read();
    return mine;
  }

  /**
   * One timer a connection, however many requests it serves: each must be answered, its answer must
   * move, and all the time it lets us wait has an end, because a byte now and then moves for ever.
   * Time in which we do not ask for more, for the caller is slow, is not the upstream's.
   */
  private void watch() {
    watching = true;
    ctx.executor().schedule(this::look, watchMillis, TimeUnit.MILLISECONDS);
  }

  private void look() {
    watching = false;
    if (ended || failure != null) {
      return; // the next request begins to watch again
    }
    long now = System.nanoTime();
    boolean theirs = !response.isDone() || next != null;
    if (theirs && now - movedNanos >= nanos(target.responseTimeoutMillis())) {
      fail(timeout(" did not answer in time"));
    } else if (theirs
        && waitedNanos + now - waitingSinceNanos >= nanos(target.totalTimeoutMillis())) {
      fail(timeout(" did not finish its answer within total-timeout"));
    } else {
      watch();
    }
  }

  private static long nanos(int millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private Refusal timeout(String what) {
    return new Refusal(Reason.UPSTREAM_TIMEOUT, target.name() + what);
  }

  private void moved() {
    movedNanos = System.nanoTime();
  }

  private void waits() {
    moved();
    waitingSinceNanos = movedNanos;
  }

  private void arrived() {
    waitedNanos += System.nanoTime() - waitingSinceNanos;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
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
    String problem = UpstreamHeads.problem(head, target.tls());
    if (problem != null) {
      fail(invalid(problem));
      return;
    }
    keepAlive = HttpUtil.isKeepAlive(head);
    endsWithConnection = UpstreamHeads.endsWithConnection(head);
    arrived();
    response.complete(UpstreamHeads.response(head, reading));
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
    if (last && endsWithConnection && target.tls() && !closeNotified) {
      fail(invalid("the connection ended without close_notify: the body may be cut"));
      return;
    }
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
      arrived();
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
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
      closeNotified = true;
    }
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
    private Refusal calledOff;

    @Override
    public CompletionStage<ByteBuf> next() {
      if (calledOff != null) {
        return CompletableFuture.failedFuture(calledOff);
      }
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
      waits();
      ctx.read();
      return mine;
    }

    @Override
    public void cancel() {
      callOff(new Refusal(Reason.CLIENT_ABORTED, "response given up"));
    }

    void callOff(Refusal why) {
      if (this != reading) {
        return;
      }
      calledOff = why;
      if (ended) {
        done();
        return;
      }
      reading = null;
      fail(why);
    }
  }
}
