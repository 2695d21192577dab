package io.sallyport.proxy.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A server that counts the connections it has, honestly. A thread a connection would not do: the
 * one that accepts can run before the one that would have read the end of another connection, and
 * then it counts one that its peer has closed already. Here one thread does both, and looks for
 * ends at every connection before it counts.
 */
final class CountingServer implements AutoCloseable {
  private final byte[] answer;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listening = ServerSocketChannel.open();
  private final Map<SocketChannel, StringBuilder> open = new HashMap<>();
  private final Thread thread = new Thread(this::run, "counting-server");

  // Written by the server's thread, read by the test's.
  private volatile int most;
  private volatile int accepted;
  private volatile boolean closing;

  CountingServer(String answer) throws IOException {
    this.answer = answer.getBytes(StandardCharsets.US_ASCII);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    listening.configureBlocking(false);
    listening.register(selector, SelectionKey.OP_ACCEPT);
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listening.socket().getLocalPort();
  }

  /** The most connections it had at once. */
  int most() {
    return most;
  }

  int accepted() {
    return accepted;
  }

  private void run() {
    try {
      while (!closing) {
        selector.select();
        selector.selectedKeys().clear();
        SocketChannel next = listening.accept();
        for (SocketChannel connection : open.keySet().toArray(new SocketChannel[0])) {
          read(connection);
        }
        if (next != null) {
          accepted++;
          next.configureBlocking(false);
          next.register(selector, SelectionKey.OP_READ);
          open.put(next, new StringBuilder());
          most = Math.max(most, open.size());
        }
      }
      listening.close();
      for (SocketChannel connection : open.keySet()) {
        connection.close();
      }
    } catch (IOException failure) {
      most = Integer.MAX_VALUE; // a count that broke off proves nothing
    }
  }

  private void read(SocketChannel connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    int n;
    try {
      n = connection.read(buffer);
    } catch (IOException reset) {
      n = -1;
    }
    if (n < 0) {
      connection.close();
      open.remove(connection);
      return;
    }
    StringBuilder text = open.get(connection);
    text.append(new String(buffer.array(), 0, n, StandardCharsets.US_ASCII));
    int end = text.indexOf("\r\n\r\n");
    if (end >= 0) {
      text.delete(0, end + 4);
      connection.write(ByteBuffer.wrap(answer));
    }
  }

  @Override
  public void close() {
    closing = true;
    selector.wakeup();
  }
}
