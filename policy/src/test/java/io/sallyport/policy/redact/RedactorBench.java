package io.sallyport.policy.redact;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Prints how many megabytes a second one core redacts. To be run by hand. */
final class RedactorBench {
  private RedactorBench() {}

  public static void main(String[] arguments) throws IOException {
    byte[] json;
    try (InputStream in =
        RedactorBench.class
            .getClassLoader()
            .getResourceAsStream(
                arguments.length > 0
                    ? arguments[0]
                    : "json/spec/explanationofbenefit-example.json")) {
      json = in.readAllBytes();
    }
    byte[] padded = Arrays.copyOf(json, json.length + Redactor.PADDING);
    View view = Views.everything("**.display", "HumanName").compile();
    Redactor redactor = new Redactor(Limits.DEFAULT);
    int rounds = 1 + (64 << 20) / json.length;
    long written = 0;
    for (int run = 0; run < 8; run++) {
      long[] out = new long[1];
      long start = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        redactor
            .redact(view, Redactor.Layer.EXCHANGE, padded, 0, json.length, null, Views.REBASE)
            .writeTo((source, offset, length) -> out[0] += length);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      written += out[0];
      System.out.printf(
          "%d bytes, %.0f MB/s%n", json.length, (double) rounds * json.length / seconds / 1e6);
    }
    System.out.println(written + " bytes written");
  }
}
