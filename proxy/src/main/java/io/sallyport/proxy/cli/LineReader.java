package io.sallyport.proxy.cli;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The lines of an NDJSON file, of bounded length, blank ones left out. */
final class LineReader {
  private final InputStream in;
  private final int bytesMax;
  private int number;

  LineReader(InputStream in, int bytesMax) {
    this.in = new BufferedInputStream(in, 64 << 10);
    this.bytesMax = bytesMax;
  }

  /** The number of the line that {@link #next} gave last, from 1. */
  int number() {
    return number;
  }

  /** The next line without its end; null behind the last. */
  byte[] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(4 << 10);
    boolean blank = true;
    while (true) {
      int b = in.read();
      if (b == '\n' || b < 0) {
        number++;
        if (!blank) {
          return line.toByteArray();
        }
        if (b < 0) {
          return null;
        }
        line.reset();
        continue;
      }
      if (line.size() == bytesMax) {
        throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "line " + (number + 1) + " is over its limit");
      }
      blank &= b == ' ' || b == '\t' || b == '\r';
      line.write(b);
    }
  }
}
