package io.sallyport.policy.redact;

import io.sallyport.policy.ReleaseRule;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A searchset as it streams through an exchange: chunks in, judged entries out in windows. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(5)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class BundleBenchmark {
  private static final int CHUNK = 16 << 10;

  @Param({"bundle-1m", "bundle-100k"})
  public String input;

  private byte[] json;
  private View view;
  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final byte[] out = new byte[1 << 20];
  private final Sink sink = this::write;
  private int at;

  @Setup
  public void load() {
    json = BenchData.of(input);
    view = RedactorBenchmark.hides();
  }

  @Benchmark
  public long stream() {
    BundleStream stream =
        new BundleStream(
            redactor,
            view,
            Limits.DEFAULT,
            new Envelope(
                "Observation",
                ReleaseRule.ANY,
                Views.REBASE,
                url -> null,
                "https://fhir.example/r4",
                64 << 10),
            null,
            this::outlet);
    long written = 0;
    for (int from = 0; from < json.length; from += CHUNK) {
      stream.feed(json, from, Math.min(CHUNK, json.length - from));
      written += drain(stream);
    }
    stream.finish();
    return written + drain(stream);
  }

  private Sink outlet() {
    at = 0;
    return sink;
  }

  private static long drain(BundleStream stream) {
    long written = 0;
    for (Redacted window = stream.window(); window != null; window = stream.window()) {
      written += window.length();
    }
    return written;
  }

  private void write(byte[] source, int offset, int count) {
    System.arraycopy(source, offset, out, at, count);
    at += count;
  }
}
