package io.sallyport.policy.redact;

import io.sallyport.policy.redact.Redactor.Layer;
import java.util.Arrays;
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

/**
 * One resource, or one Bundle as a resource, strict, with facts, six paths hidden: both passes. The
 * score is operations a second; times the size it is the throughput.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(5)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RedactorBenchmark {
  @Param({"bundle-1m", "bundle-100k", "patient-2k"})
  public String input;

  private byte[] padded;
  private int length;
  private View view;
  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final byte[] out = new byte[4 << 20];
  private final Sink sink = this::write;
  private int at;

  @Setup
  public void load() {
    byte[] json = BenchData.of(input);
    length = json.length;
    padded = Arrays.copyOf(json, length + Redactor.PADDING);
    view = hides();
  }

  /** Six paths, as an everyday role hides them. */
  static View hides() {
    return Views.everything(
            "Patient.identifier",
            "Patient.birthDate",
            "Patient.telecom",
            "Address.line",
            "Observation.note",
            "Reference.display")
        .compile();
  }

  @Benchmark
  public int resource() {
    at = 0;
    redactor.redact(view, Layer.ELEMENT, padded, 0, length, null, Views.REBASE, sink);
    return at;
  }

  private void write(byte[] source, int offset, int count) {
    System.arraycopy(source, offset, out, at, count);
    at += count;
  }
}
