package io.sallyport.proxy.cli;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The demo's PKI for tests: {@code ca.pem}, {@code server.pem}, {@code server-key.pem} for
 * localhost.
 */
public final class ThrowawayPki {
  private ThrowawayPki() {}

  public static void write(Path dir) throws IOException {
    DemoPki.write(dir);
  }
}
