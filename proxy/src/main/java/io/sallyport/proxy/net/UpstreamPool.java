package io.sallyport.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.UpstreamTarget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One loop's connections to one target. Touched by its loop only. */
final class UpstreamPool {
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final HttpDecoderConfig PARSING =
      new HttpDecoderConfig()
          .setMaxInitialLineLength(4096)
          .setMaxHeaderSize(16 << 10)
          .setMaxChunkSize(64 << 10);
  private static final int WAITERS_MAX = 1024;

  /** After so many requests in a row a connection leaves its slot to a loop that has none. */
  private static final int TURNS = 64;

  private final EventLoop loop;
  private final UpstreamTarget target;
  private final UpstreamSlots slots;
  private final SslContext tls;
  private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
  private final Deque<CompletableFuture<UpstreamConnection>> waiters = new ArrayDeque<>();
  private final Runnable wake;
  private final UpstreamHeads heads;
  private boolean evicting;
  private boolean inLine;
  private int turns;

  /**
   * @param tls null for plain HTTP
   */
  UpstreamPool(EventLoop loop, UpstreamTarget target, UpstreamSlots slots, SslContext tls) {
    this.loop = loop;
    this.target = target;
    this.slots = slots;
    this.tls = tls;
    this.heads = new UpstreamHeads(target);
    this.wake = () -> loop.execute(this::woken);
    slots.join(() -> loop.execute(this::spare));
  }

  /** A connection that is ours until it is given back or closed. */
  CompletionStage<UpstreamConnection> take() {
    UpstreamConnection kept = kept();
    if (kept != null) {
      return CompletableFuture.completedFuture(kept);
    }
    if (slots.acquire()) {
      return dial();
    }
    if (waiters.size() >= WAITERS_MAX) {
      return busy();
    }
    CompletableFuture<UpstreamConnection> waiter = new CompletableFuture<>();
    waiters.add(waiter);
    dialForWaiters();
    loop.schedule(
        () -> {
          if (waiters.remove(waiter)) {
            waiter.completeExceptionally(new Refusal(Reason.UPSTREAM_BUSY, "no free connection"));
          }
        },
        target.connectTimeoutMillis(),
        TimeUnit.MILLISECONDS);
    return waiter;
  }

  /**
   * For a request that a kept-alive connection died under: those that idle here are as old, and an
   * upstream that was restarted has closed them all.
   */
  CompletionStage<UpstreamConnection> takeFresh() {
    while (!idle.isEmpty()) {
      idle.pollLast().close();
    }
    return take();
  }

  private static CompletionStage<UpstreamConnection> busy() {
    return CompletableFuture.failedFuture(
        new Refusal(Reason.UPSTREAM_BUSY, "too many wait for a connection"));
  }

  private void woken() {
    inLine = false;
    if (waiters.isEmpty()) {
      slots.wake(); // its turn came too late for us; the next in line is another loop
    } else {
      dialForWaiters();
    }
  }

  /** Dials while there are slots. As long as somebody waits here, this loop stands in line. */
  private void dialForWaiters() {
    while (!waiters.isEmpty()) {
      if (slots.acquire()) {
        dialFor(waiters.poll());
      } else if (inLine) {
        return;
      } else {
        inLine = true;
        slots.await(wake);
      }
    }
  }

  private void dialFor(CompletableFuture<UpstreamConnection> waiter) {
    dial()
        .whenComplete(
            (connection, failure) -> {
              if (failure != null) {
                waiter.completeExceptionally(failure);
              } else if (!waiter.complete(connection)) {
                give(connection);
              }
            });
  }

  private UpstreamConnection kept() {
    while (true) {
      UpstreamConnection connection = idle.pollLast();
      if (connection == null || connection.usable()) {
        return connection;
      }
      connection.close();
    }
  }

  /** Takes a connection back whose response ended cleanly. */
  void give(UpstreamConnection connection) {
    if (slots.wantedByOthers(wake) && (waiters.isEmpty() || ++turns >= TURNS)) {
      turns = 0;
      connection.close(); // the slot is worth more to another loop than the connection to us
      return;
    }
    CompletableFuture<UpstreamConnection> waiter = waiters.poll();
    if (waiter != null) {
      waiter.complete(connection);
    } else {
      idle.addLast(connection);
      connection.idleSince(System.nanoTime());
      if (!evicting) {
        evictIn(IDLE_NANOS);
      }
    }
  }

  /** One timer a pool, and not one for each time a connection becomes idle. */
  private void evictIn(long nanos) {
    evicting = true;
    loop.schedule(this::evict, nanos, TimeUnit.NANOSECONDS);
  }

  private void evict() {
    evicting = false;
    long now = System.nanoTime();
    // The first has been idle longest: connections leave at the other end.
    while (!idle.isEmpty() && now - idle.peekFirst().idleSince() >= IDLE_NANOS) {
      idle.pollFirst().close();
    }
    if (!idle.isEmpty()) {
      evictIn(IDLE_NANOS - (now - idle.peekFirst().idleSince()));
    }
  }

  /** Somebody waits on another loop: one that idles here would let it wait for nothing. */
  private void spare() {
    if (slots.wantedByOthers(wake) && !idle.isEmpty()) {
      idle.pollFirst().close();
    }
  }

  void forget(UpstreamConnection connection) {
    idle.remove(connection);
  }

  private CompletionStage<UpstreamConnection> dial() {
    CompletableFuture<UpstreamConnection> dialled = new CompletableFuture<>();
    UpstreamConnection connection = new UpstreamConnection(this, target, heads);
    ChannelFuture connecting =
        Loops.dialOn(loop)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, target.connectTimeoutMillis())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      SslHandler handler =
                          tls.newHandler(channel.alloc(), target.host(), target.port());
                      handler.setHandshakeTimeoutMillis(target.connectTimeoutMillis());
                      channel.pipeline().addLast(handler);
                    }
                    channel.pipeline().addLast(hearing(connection));
                    channel.pipeline().addLast(new HttpResponseDecoder(PARSING));
                    channel.pipeline().addLast(connection);
                  }
                })
            .connect(target.host(), target.port());
    Channel channel = connecting.channel();
    AtomicBoolean held = new AtomicBoolean(true);
    // Only the closed socket gives its slot back: any earlier, and a loop that waits could dial
    // before our FIN has left, so that the server would count one more than it was promised.
    channel.closeFuture().addListener(closed -> release(held));
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            if (!channel.isRegistered()) {
              release(held); // there was no socket to be had, so none will close
            }
            dialled.completeExceptionally(unreachable(done.cause()));
          } else if (tls == null) {
            dialled.complete(connection);
          } else {
            channel
                .pipeline()
                .get(SslHandler.class)
                .handshakeFuture()
                .addListener(
                    shaken -> {
                      if (shaken.isSuccess()) {
                        dialled.complete(connection);
                      } else {
                        connection.close();
                        dialled.completeExceptionally(unreachable(shaken.cause()));
                      }
                    });
            channel.read();
          }
        });
    return dialled;
  }

  /** Before the decoder, which tells of half a status line only that it failed. */
  private static ChannelInboundHandlerAdapter hearing(UpstreamConnection connection) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        connection.heard();
        ctx.fireChannelRead(bytes);
      }
    };
  }

  private void release(AtomicBoolean held) {
    if (held.compareAndSet(true, false)) {
      slots.release();
    }
  }

  private Refusal unreachable(Throwable cause) {
    return new Refusal(
        Reason.UPSTREAM_UNREACHABLE,
        target.name() + ": " + cause.getClass().getSimpleName(),
        cause);
  }
}
