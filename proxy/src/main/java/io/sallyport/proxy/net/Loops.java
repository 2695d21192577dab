package io.sallyport.proxy.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The event loops: threads {@code loop-1}, {@code loop-2}, ...; epoll where the machine has it. */
public final class Loops implements AutoCloseable {
  private final EventLoopGroup group;
  private final boolean epoll;

  /**
   * @param count how many; one for each core is right
   */
  public Loops(int count) {
    this(count, Epoll.isAvailable());
  }

  Loops(int count, boolean epoll) {
    this.epoll = epoll;
    group =
        new MultiThreadIoEventLoopGroup(
            count,
            new DefaultThreadFactory("loop", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  EventLoopGroup group() {
    return group;
  }

  Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** A client bootstrap on one loop: an upstream connection lives where its exchange does. */
  static Bootstrap dialOn(EventLoop loop) {
    return new Bootstrap()
        .group(loop)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class);
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, Duration.ofSeconds(2).toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
