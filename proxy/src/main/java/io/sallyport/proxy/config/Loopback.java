package io.sallyport.proxy.config;

/** Whether a host, as written, can only mean this machine. Nothing is resolved: names can move. */
final class Loopback {
  private Loopback() {}

  static boolean is(String host) {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
