package io.sallyport.proxy.siem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A syslog receiver that takes messages by their lengths and says goodbye when it has read all. */
public final class TlsReceiver implements AutoCloseable {
  private final SSLServerSocket server;
  private final List<String> messages = new ArrayList<>();
  private int strangers;

  public TlsReceiver(SSLContext tls) throws IOException {
    server =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 16, InetAddress.getLoopbackAddress());
    var thread = new Thread(this::accept, "receiver");
    thread.setDaemon(true);
    thread.start();
  }

  public int port() {
    return server.getLocalPort();
  }

  public synchronized List<String> messages() {
    return List.copyOf(messages);
  }

  /** Connections that broke. */
  public synchronized int strangers() {
    return strangers;
  }

  private void accept() {
    try {
      while (true) {
        var socket = (SSLSocket) server.accept();
        var thread = new Thread(() -> serve(socket), "receiver-connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException closed) {
      // The test is over.
      assert closed != null;
    }
  }

  private void serve(SSLSocket socket) {
    try (socket) {
      var in = socket.getInputStream();
      for (var message = next(in); message != null; message = next(in)) {
        synchronized (this) {
          messages.add(message);
        }
      }
    } catch (IOException broken) {
      // A caller who does not trust us, or leaves: the test looks at what arrived.
      synchronized (this) {
        strangers++;
      }
    }
  }

  private static String next(InputStream in) throws IOException {
    var length = new ByteArrayOutputStream();
    for (int c = in.read(); c != ' '; c = in.read()) {
      if (c < 0) {
        return null;
      }
      length.write(c);
    }
    return new String(in.readNBytes(Integer.parseInt(length.toString(US_ASCII))), UTF_8);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
