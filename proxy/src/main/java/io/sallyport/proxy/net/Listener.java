package io.sallyport.proxy.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.exchange.EnforcementPoint;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.Snapshot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Binds one TLS address, accepts, and drains. */
public final class Listener implements AutoCloseable {
  /** For the last 503s to be recorded and to leave. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final ListenerSettings settings;
  private final Supplier<Snapshot> snapshots;
  private final BiFunction<Exchange, Refusal, CompletionStage<Void>> server;
  private final Loops loops;
  private final SslContext tls;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ListenerMetrics metrics;
  private Channel bound;

  // Written by the draining thread, read by the loops: a stale read serves one request more.
  private volatile boolean draining;

  public Listener(
      ListenerSettings settings,
      Supplier<Snapshot> snapshots,
      EnforcementPoint point,
      Loops loops,
      ListenerMetrics metrics) {
    this(
        settings,
        snapshots,
        (x, refusal) -> refusal == null ? point.serve(x) : point.refuse(x, refusal),
        loops,
        metrics);
  }

  Listener(
      ListenerSettings settings,
      Supplier<Snapshot> snapshots,
      BiFunction<Exchange, Refusal, CompletionStage<Void>> server,
      Loops loops,
      ListenerMetrics metrics) {
    this.settings = settings;
    this.snapshots = snapshots;
    this.server = server;
    this.loops = loops;
    this.tls = TlsContexts.server(settings);
    this.metrics = metrics;
  }

  /** Binds; returns the port. Fails when the address cannot be had. */
  public int start() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    bound = bootstrap.bind(settings.address(), settings.port()).syncUninterruptibly().channel();
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private void accept(Channel channel) {
    if (connections.size() >= settings.connectionsMax() || draining) {
      metrics.refused().inc();
      channel.close();
      return;
    }
    connections.add(channel);
    metrics.open().inc();
    channel.closeFuture().addListener(closed -> metrics.open().dec());
    SslHandler handler = tls.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(settings.handshakeMillis());
    channel.pipeline().addLast("tls", handler);
    channel.pipeline().addLast("http", new HttpConnection(this, settings));
  }

  Snapshot snapshot() {
    return snapshots.get();
  }

  CompletionStage<Void> serve(Exchange x, Refusal refusal) {
    return server.apply(x, refusal);
  }

  boolean draining() {
    return draining;
  }

  void handshakeFailed() {
    metrics.handshakeFailures().inc();
  }

  /** Stops accepting. From now on each answer is its connection's last, and says so. */
  public void stopAccepting() {
    draining = true;
    if (bound != null) {
      bound.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
  }

  /**
   * Stops accepting, closes idle connections, lets exchanges in flight finish. Those that have not
   * when the time is over end with DRAINING: a 503, or a cut where the answer has begun.
   */
  public void drain(Duration atMost) {
    stopAccepting();
    eachConnection(HttpConnection::drain);
    await(atMost);
    eachConnection(HttpConnection::stop);
    await(FAREWELL);
    connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private void eachConnection(Consumer<HttpConnection> what) {
    connections.forEach(
        channel -> {
          HttpConnection connection = channel.pipeline().get(HttpConnection.class);
          if (connection != null) {
            what.accept(connection);
          }
        });
  }

  private void await(Duration atMost) {
    connections.newCloseFuture().awaitUninterruptibly(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    drain(Duration.ZERO);
  }
}
