package io.sallyport.loadtest.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import javax.net.ssl.SSLSession;

/**
 * One caller: at most one request in flight, on a connection that is kept or, in a run of
 * handshakes, made anew for each. Lives on the load's event loop.
 */
@ChannelHandler.Sharable // on one channel at a time, but on one after another
final class Slot extends ChannelInboundHandlerAdapter {
  private final LoadRun run;
  private final Endpoint endpoint;
  private final Bootstrap bootstrap;
  private final ByteBuf request;
  private final ResponseReader reader;
  private Channel channel;
  private long due;
  private boolean waiting;

  Slot(LoadRun run, Endpoint endpoint, Bootstrap bootstrap, byte[] request, boolean keep) {
    this.run = run;
    this.endpoint = endpoint;
    this.request = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(request)); // on the heap
    this.reader = new ResponseReader(keep);
    this.bootstrap = bootstrap.clone().handler(new Pipeline());
  }

  ResponseReader reader() {
    return reader;
  }

  void send(long due) {
    this.due = due;
    waiting = true;
    if (channel != null) {
      channel.writeAndFlush(request.duplicate(), channel.voidPromise());
      return;
    }
    ChannelFuture connecting = bootstrap.connect(endpoint.host(), endpoint.port());
    channel = connecting.channel();
    connecting.addListener(
        connected -> {
          if (!connected.isSuccess()) {
            run.failed("cannot connect: " + connected.cause().getMessage());
          } else if (channel != null) {
            // Before the handshake is done the TLS handler holds it back.
            channel.writeAndFlush(request.duplicate(), channel.voidPromise());
          }
        });
  }

  void close() {
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (!waiting) {
        throw new IOException("bytes that nobody asked for");
      }
      if (!reader.read(bytes)) {
        return;
      }
      if (bytes.isReadable()) {
        throw new IOException("bytes behind the answer");
      }
    } finally {
      bytes.release();
    }
    waiting = false;
    if (endpoint.fresh() || reader.closes()) {
      channel = null; // what comes from this one is not for us any more
      ctx.close();
    }
    run.answered(this, due);
    reader.reset();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (ctx.channel() == channel) {
      channel = null;
      if (waiting) {
        run.failed("the connection ended in mid-answer");
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (ctx.channel() == channel) {
      run.failed(cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage());
    }
    ctx.close();
  }

  private final class Pipeline extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel made) {
      if (endpoint.tls() != null) {
        // No host and port: BoringSSL then has nothing to resume a session by.
        SslHandler tls = endpoint.tls().newHandler(made.alloc());
        made.pipeline().addLast(tls);
        tls.handshakeFuture()
            .addListener(
                done -> {
                  if (done.isSuccess()) {
                    shaken(tls.engine().getSession());
                  }
                });
      }
      made.pipeline().addLast(Slot.this);
    }
  }

  /** All must have done the same work: this version, this cipher. */
  private void shaken(SSLSession session) {
    String got = session.getProtocol() + " " + session.getCipherSuite();
    if (!got.equals(ClientTls.AGREED)) {
      run.failed("the handshake ended with " + got + " instead of " + ClientTls.AGREED);
    }
  }
}
