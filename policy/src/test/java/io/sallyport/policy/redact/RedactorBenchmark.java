package io.sallyport.policy.redact;

import io.sallyport.policy.Refusal;
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
 * One resource, or one Bundle as a resource, strict, with facts, six paths hidden: both passes. A
 * directory as input is all of its files, one after the other. The bytes that an operation reads
 * are printed; divided by the score, microseconds, they are the throughput in MB/s.
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

  private byte[][] padded;
  private View view;
  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final byte[] out = new byte[4 << 20];
  private final Sink sink = this::write;
  private int at;

  @Setup
  public void load() {
    view = hides();
    padded =
        BenchData.all(input).stream()
            .map(json -> Arrays.copyOf(json, json.length + Redactor.PADDING))
            .filter(this::released)
            .toArray(byte[][]::new);
    System.out.println(
        "bytes an operation: " + Arrays.stream(padded).mapToLong(this::length).sum());
  }

  private int length(byte[] json) {
    return json.length - Redactor.PADDING;
  }

  /** Some examples are wrong on purpose. */
  private boolean released(byte[] json) {
    try {
      return redact(json) > 0;
    } catch (Refusal refused) {
      return false;
    }
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
    int written = 0;
    for (byte[] json : padded) {
      written += redact(json);
    }
    return written;
  }

  private int redact(byte[] json) {
    at = 0;
    redactor.redact(view, Layer.ELEMENT, json, 0, length(json), null, Views.REBASE, sink);
    return at;
  }

  private void write(byte[] source, int offset, int count) {
    System.arraycopy(source, offset, out, at, count);
    at += count;
  }
}
