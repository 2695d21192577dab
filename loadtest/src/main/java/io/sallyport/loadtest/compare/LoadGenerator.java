package io.sallyport.loadtest.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes load from one thread, as one wrk would. */
final class LoadGenerator implements AutoCloseable {
  private static final int OVERDUE_SECONDS = 60;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1,
          new DefaultThreadFactory("load", true),
          Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final Bootstrap bootstrap =
      new Bootstrap()
          .group(group)
          .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000);

  /** Starts a run; every answer must be the expected one. */
  LoadRun start(Endpoint endpoint, Schedule schedule, Expected expected) {
    LoadRun run =
        new LoadRun(group.next(), bootstrap, endpoint, schedule, expected, System::nanoTime);
    run.start();
    return run;
  }

  /**
   * Waits for the end of a run.
   *
   * @throws CompareFailure with the first wrong answer
   */
  static Schedule end(LoadRun run, String what) {
    try {
      return run.done().get(OVERDUE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException failure) {
      throw CompareFailure.bad(what + ": " + failure.getCause().getMessage());
    } catch (TimeoutException overdue) {
      run.abandon("overdue");
      throw CompareFailure.bad(
          what + ": requests were still unanswered " + OVERDUE_SECONDS + " s after the end");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw CompareFailure.environment("stopped", stopped);
    }
  }

  /** One request, whatever comes back. */
  LoadRun.Answer once(Endpoint endpoint, String what) {
    long now = System.nanoTime();
    LoadRun run =
        start(endpoint, new Schedule(0, now, now, now + TimeUnit.SECONDS.toNanos(30), 1), null);
    end(run, what);
    return run.answer();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
