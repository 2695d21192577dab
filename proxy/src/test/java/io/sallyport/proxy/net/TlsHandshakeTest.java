package io.sallyport.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.redact.Limits;
import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.fixtures.TestTls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What our TLS says on the wire, told by the bytes of the handshake itself: versions, suites and
 * the key exchange, in front and behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsHandshakeTest {
  private static final String TLS_1_2 = "0303";
  private static final String TLS_1_3 = "0304";
  private static final int SUPPORTED_GROUPS = 10;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int KEY_SHARE = 51;
  private static final String ALERT_PROTOCOL_VERSION = "0246";

  private final AtomicInteger served = new AtomicInteger();
  private Path dir;
  private Loops loops;
  private Listener listener;
  private int port;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    dir = temporary;
    ThrowawayPki.write(dir);
    loops = new Loops(2);
    Snapshot snapshot =
        new Snapshot("hash", Set.of(), List.of(), token -> null, Limits.DEFAULT, 65536);
    listener =
        new Listener(
            TestTls.settings(dir),
            () -> snapshot,
            (x, refusal) -> {
              served.incrementAndGet();
              return CompletableFuture.completedFuture(null);
            },
            loops,
            ListenerMetrics.register(new CollectorRegistry()));
    port = listener.start();
  }

  @AfterAll
  void stop() {
    listener.close();
    loops.close();
  }

  @ParameterizedTest
  @CsvSource({"TLSv1", "TLSv1.1"})
  void oldVersionsAreTurnedAwayByAnAlert(String version) throws Exception {
    Shake shake = shake(client().protocols(version).ciphers(List.of("ECDHE-ECDSA-AES128-SHA")));

    assertThat(shake.done()).isFalse();
    assertThat(shake.first()).startsWith("15").endsWith(ALERT_PROTOCOL_VERSION);
  }

  @ParameterizedTest
  @CsvSource({
    "true, ECDHE-ECDSA-AES128-GCM-SHA256, c02b",
    "true, ECDHE-ECDSA-AES256-GCM-SHA384, c02c",
    "true, ECDHE-ECDSA-CHACHA20-POLY1305, cca9",
    "false, ECDHE-ECDSA-AES128-SHA, c009",
    "false, ECDHE-ECDSA-AES256-SHA, c00a",
    "false, AES128-GCM-SHA256, 009c",
    "false, AES128-SHA, 002f",
  })
  void tls12HasForwardSecrecyAndAeadOrNothing(boolean accepted, String suite, String code)
      throws Exception {
    Shake shake = shake(client().protocols("TLSv1.2").ciphers(List.of(suite)));

    assertThat(shake.done()).isEqualTo(accepted);
    if (accepted) {
      assertThat(shake.hello().version()).isEqualTo(TLS_1_2);
      assertThat(shake.hello().suites()).isEqualTo(code);
    } else {
      assertThat(shake.first())
          .startsWith("15"); // the server's alert: it was not the client who left
    }
  }

  @Test
  void tls13AndTheHybridKeyExchangeComeFirst() throws Exception {
    Shake shake = shake(client());

    assertThat(shake.done()).isTrue();
    assertThat(shake.hello().extension(SUPPORTED_VERSIONS)).isEqualTo(TLS_1_3);
    assertThat(shake.hello().extension(KEY_SHARE)).startsWith("11ec"); // X25519MLKEM768
    assertThat(shake.session()).isEqualTo("TLSv1.3");
  }

  @ParameterizedTest
  @CsvSource({
    "true, X25519MLKEM768, 11ec",
    "true, X25519, 001d",
    "true, P-256, 0017",
    "true, P-384, 0018",
    "false, P-521, 0019",
  })
  void eachGroupOfTheProfileAndNoOther(boolean accepted, String group, String code)
      throws Exception {
    Shake shake = shake(client().option(OpenSslContextOption.GROUPS, new String[] {group}));

    assertThat(shake.done()).isEqualTo(accepted);
    if (accepted) {
      assertThat(shake.hello().extension(KEY_SHARE)).startsWith(code);
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    int before = served.get();
    Socket plain = new Socket("127.0.0.1", port);
    plain.setSoTimeout(20_000);
    try (SSLSocket socket =
        (SSLSocket)
            TestTls.trusting(dir.resolve("ca.pem"))
                .getSocketFactory()
                .createSocket(plain, "localhost", port, true)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();

      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                socket
                    .getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isNegative();
                throw new IOException("closed without an answer");
              })
          .isInstanceOf(IOException.class);
      assertThat(served).hasValue(before);
    }
  }

  @Test
  @Tag("real")
  void opensslIsGivenTicketsThatAllowNoEarlyData() throws Exception {
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "s_client",
                "-tls1_3",
                "-connect",
                "127.0.0.1:" + port,
                "-CAfile",
                dir.resolve("ca.pem").toString())
            .redirectErrorStream(true)
            .start();
    openssl
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    openssl.getOutputStream().flush();

    // We close after the request, and that ends openssl.
    String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said)
        .contains("Verify return code: 0", "New Session Ticket arrived", "Max Early Data: 0");
    assertThat(said.split("Max Early Data: 0")).hasSameSizeAs(said.split("Max Early Data: "));
  }

  @Test
  void theUpstreamIsOfferedTheSame() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SslContext tls = TlsContexts.client(List.of());
      Channel channel =
          Loops.dialOn(loops.group().next())
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel c) {
                      c.pipeline().addLast(tls.newHandler(c.alloc(), "localhost", 1));
                    }
                  })
              .connect(server.getInetAddress(), server.getLocalPort())
              .sync()
              .channel();
      try (Socket socket = server.accept()) {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] record = new byte[5];
        in.readFully(record);
        byte[] hello = new byte[(record[3] & 0xff) << 8 | record[4] & 0xff];
        in.readFully(hello);
        Hello offered = Hello.of(hello);

        assertThat(offered.extension(SUPPORTED_GROUPS)).isEqualTo("0008" + "11ec001d00170018");
        assertThat(offered.extension(SUPPORTED_VERSIONS)).isEqualTo("04" + TLS_1_3 + TLS_1_2);
        assertThat(offered.suites().split("(?<=\\G.{4})"))
            .containsExactlyInAnyOrder(
                "1301", "1302", "1303", "c02b", "c02c", "c02f", "c030", "cca8", "cca9");
      }
      channel.close().sync();
    }
  }

  private SslContextBuilder client() {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.OPENSSL)
        .trustManager(dir.resolve("ca.pem").toFile());
  }

  /** How a handshake went: the server's first record, and what came of it. */
  private record Shake(boolean done, String session, byte[] record) {
    String first() {
      return ByteBufUtil.hexDump(record);
    }

    Hello hello() throws IOException {
      return Hello.of(java.util.Arrays.copyOfRange(record, 5, record.length));
    }
  }

  private Shake shake(SslContextBuilder builder) throws Exception {
    SslContext tls = builder.build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SslHandler handler = tls.newHandler(ByteBufAllocator.DEFAULT, "localhost", port);
    Bootstrap bootstrap =
        Loops.dialOn(loops.group().next())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new ChannelInboundHandlerAdapter() {
                              @Override
                              public void channelRead(ChannelHandlerContext ctx, Object message) {
                                ByteBuf buffer = (ByteBuf) message;
                                bytes.writeBytes(ByteBufUtil.getBytes(buffer));
                                ctx.fireChannelRead(message);
                              }
                            })
                        .addLast(handler)
                        .addLast(new Quiet());
                  }
                });
    Channel channel = bootstrap.connect("127.0.0.1", port).sync().channel();
    boolean done =
        handler.handshakeFuture().await(20, TimeUnit.SECONDS)
            && handler.handshakeFuture().isSuccess();
    String session = done ? handler.engine().getSession().getProtocol() : "";
    channel.close().sync();
    byte[] all = bytes.toByteArray();
    int length = all.length < 5 ? all.length : 5 + ((all[3] & 0xff) << 8 | all[4] & 0xff);
    return new Shake(done, session, java.util.Arrays.copyOf(all, length));
  }

  /** A failed handshake is what some tests want: it is not news. */
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** A ClientHello or ServerHello, RFC 8446 section 4.1; hex throughout. */
  private record Hello(String version, String suites, List<String[]> extensions) {
    static Hello of(byte[] handshake) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(handshake));
      boolean client = in.readUnsignedByte() == 1;
      in.skipNBytes(3);
      String version = hex(in, 2);
      in.skipNBytes(32);
      in.skipNBytes(in.readUnsignedByte());
      String suites = hex(in, client ? in.readUnsignedShort() : 2);
      in.skipNBytes(client ? in.readUnsignedByte() : 1);
      List<String[]> extensions = new ArrayList<>();
      for (int left = in.available() < 2 ? 0 : in.readUnsignedShort(); left > 0; ) {
        int type = in.readUnsignedShort();
        int length = in.readUnsignedShort();
        extensions.add(new String[] {String.valueOf(type), hex(in, length)});
        left -= 4 + length;
      }
      return new Hello(version, suites, extensions);
    }

    String extension(int type) {
      return extensions.stream()
          .filter(e -> e[0].equals(String.valueOf(type)))
          .map(e -> e[1])
          .findFirst()
          .orElse("");
    }

    private static String hex(DataInputStream in, int length) throws IOException {
      return ByteBufUtil.hexDump(in.readNBytes(length));
    }
  }
}
