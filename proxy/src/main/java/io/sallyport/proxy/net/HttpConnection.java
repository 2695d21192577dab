package io.sallyport.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocal;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redactor;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.RequestHead;
import io.sallyport.proxy.exchange.Snapshot;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * One caller's connection: bytes to {@link Exchange}s, one after the other. While an exchange runs
 * no more than the bytes of a head are read ahead: enough to notice a caller who leaves, and the
 * rest of what is pipelined waits in the socket, so memory is bounded.
 *
 * <pre>
 * HEAD ── head complete ──► BODY ── body complete ──► BUSY ── answered ──► HEAD
 *   └── malformed, too large, too slow ──► BUSY (refused) ── answered ──► closed
 * </pre>
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private enum State {
    HEAD,
    BODY,
    BUSY,
    CLOSED
  }

  /** The loop's own redactor: exchanges of a loop take turns. */
  private static final FastThreadLocal<Redactor> REDACTOR = new FastThreadLocal<>();

  private final Listener listener;
  private final ListenerSettings settings;
  private ChannelHandlerContext ctx;
  private State state = State.HEAD;
  private ByteBuf in;
  private HeadReader.Head head;
  private RequestHead request;
  private int bodyLength;
  private boolean keepAlive = true;
  private HttpAnswer answer;
  private Exchange exchange;
  private long deadlineNanos;

  HttpConnection(Listener listener, ListenerSettings settings) {
    this.listener = listener;
    this.settings = settings;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    in = ctx.alloc().buffer(2048);
    deadline(settings.handshakeMillis() + settings.idleMillis());
    watch();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ctx.read(); // the handshake's first bytes; from then on we read when we want to
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        deadline(settings.idleMillis());
        ctx.read();
      } else {
        listener.handshakeFailed();
        ctx.close();
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (state != State.CLOSED) {
        if (!in.isReadable() && state == State.HEAD) {
          deadline(settings.headMillis());
        }
        in.writeBytes(bytes);
      }
    } finally {
      ReferenceCountUtil.release(bytes);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    advance();
    readOn();
  }

  private void advance() {
    try {
      if (state == State.HEAD) {
        readHead();
      }
      if (state == State.BODY && in.readableBytes() >= bodyLength) {
        ByteBuf body = bodyLength == 0 ? Unpooled.EMPTY_BUFFER : in.readBytes(bodyLength);
        serve(body, null);
      }
    } catch (Refusal refusal) {
      refuse(refusal);
    }
  }

  private void readHead() {
    int end = HeadReader.end(in, in.readerIndex(), in.writerIndex());
    int length = (end < 0 ? in.writerIndex() : end) - in.readerIndex();
    if (length > settings.headBytesMax()) {
      throw new Refusal(Reason.HEADERS_TOO_LARGE, "head is over its limit");
    }
    if (end < 0) {
      return;
    }
    head = HeadReader.read(in, in.readerIndex(), end);
    in.readerIndex(end);
    long body = HeadRules.bodyLength(head);
    request = HeadRules.request(head);
    keepAlive = HeadRules.keepAlive(head);
    boolean waits = HeadRules.expectsContinue(head, body);
    if (body > settings.bodyBytesMax()) {
      throw new Refusal(Reason.BODY_TOO_LARGE, "body is over its limit");
    }
    bodyLength = (int) body;
    state = State.BODY;
    deadline(settings.bodyMillis());
    if (waits) {
      ctx.writeAndFlush(HttpAnswer.continues(ctx.alloc()));
    }
  }

  /**
   * After a refusal here the bytes that follow mean nothing: the connection ends with the answer.
   */
  private void refuse(Refusal refusal) {
    keepAlive = false;
    if (request == null) {
      String method = head == null ? "" : head.method();
      request = new RequestHead(method, "", null, "", null, "", "", "", "");
    }
    serve(Unpooled.EMPTY_BUFFER, refusal);
  }

  private void serve(ByteBuf body, Refusal refusal) {
    state = State.BUSY;
    deadlineNanos = Long.MAX_VALUE;
    Snapshot snapshot = listener.snapshot();
    Redactor redactor = REDACTOR.get();
    if (redactor == null) {
      redactor = new Redactor(snapshot.limits());
      REDACTOR.set(redactor);
    }
    answer = new HttpAnswer(this, ctx, request.method().equals("HEAD"));
    exchange =
        new Exchange(
            RequestIds.next(),
            ctx.executor(),
            snapshot,
            request,
            body,
            ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress().getHostAddress(),
            redactor,
            answer);
    listener.serve(exchange, refusal).whenComplete((done, failure) -> finished(body));
  }

  private void finished(ByteBuf body) {
    body.release();
    exchange = null;
    if (state == State.CLOSED) {
      return;
    }
    if (!answer.complete()) {
      ctx.close();
      return;
    }
    if (!keepsAlive()) {
      // The answer may still be on its way: close behind it.
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> ctx.close());
      state = State.CLOSED;
      return;
    }
    head = null;
    request = null;
    state = State.HEAD;
    if (in.isReadable()) {
      in.discardReadBytes();
      deadline(settings.headMillis());
      // Not from here: a thousand pipelined requests, answered at once, would be a thousand frames.
      ctx.executor().execute(this::proceed);
    } else {
      in.clear();
      deadline(settings.idleMillis());
      ctx.read();
    }
  }

  private void proceed() {
    if (state == State.HEAD) {
      advance();
      readOn();
    }
  }

  private void readOn() {
    boolean ahead = state == State.BUSY && in.readableBytes() < settings.headBytesMax();
    if (state == State.HEAD || state == State.BODY || ahead) {
      ctx.read();
    }
  }

  boolean keepsAlive() {
    return keepAlive && !listener.draining();
  }

  /** Closes it if it waits for a request; one that is being served ends with its answer. */
  void drain() {
    ctx.executor()
        .execute(
            () -> {
              if (state == State.HEAD && !in.isReadable()) {
                ctx.close();
              }
            });
  }

  /** Ends it: what is being served is refused, or cut where its answer has begun. */
  void stop() {
    ctx.executor()
        .execute(
            () -> {
              if (exchange == null) {
                ctx.close();
              } else {
                exchange.interrupt(
                    new Refusal(Reason.DRAINING, "not done when the drain was over"));
              }
            });
  }

  /** Starts or ends the time a caller has to accept bytes. */
  void waitingToWrite(boolean waiting) {
    deadlineNanos = waiting ? nanos(settings.writeMillis()) : Long.MAX_VALUE;
  }

  private void deadline(long millis) {
    deadlineNanos = nanos(millis);
  }

  private static long nanos(long millis) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /**
   * One timer a connection, however many deadlines it meets; checked a few times in the shortest.
   */
  private void watch() {
    long shortest =
        Math.min(
            Math.min(settings.headMillis(), settings.idleMillis()),
            Math.min(settings.bodyMillis(), settings.writeMillis()));
    long every = Math.max(20, shortest / 4);
    ctx.executor()
        .schedule(
            () -> {
              if (state == State.CLOSED) {
                return;
              }
              if (deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos >= 0) {
                expired();
              }
              watch();
            },
            every,
            TimeUnit.MILLISECONDS);
  }

  private void expired() {
    if (state == State.BUSY || (state == State.HEAD && !in.isReadable())) {
      ctx.close(); // a reader too slow, or nobody there: nothing to answer
    } else {
      refuse(new Refusal(Reason.REQUEST_TIMEOUT, "the request did not arrive in time"));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (answer != null) {
      answer.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    close();
  }

  private void close() {
    state = State.CLOSED;
    if (in != null) {
      in.release();
      in = null;
    }
    if (answer != null) {
      answer.gone();
    }
    if (exchange != null) {
      exchange.interrupt(new Refusal(Reason.CLIENT_ABORTED, "caller left before its answer"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A broken connection has nobody to answer to. Programming errors are refused by the exchange.
    ctx.close();
  }
}
