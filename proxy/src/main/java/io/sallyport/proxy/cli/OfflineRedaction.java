package io.sallyport.proxy.cli;

import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.BundleStream;
import io.sallyport.policy.redact.Envelope;
import io.sallyport.policy.redact.Fact;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redacted;
import io.sallyport.policy.redact.Redactor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engine of {@code serve} on bytes that no upstream sent: the same redactor, the same stream
 * for searchsets, the same decision. What is not released is a {@link Refusal}.
 */
final class OfflineRedaction {
  /** As which answer a resource is seen. */
  enum As {
    /** No answer: only what the view hides goes. */
    element,
    read,
    search
  }

  /** A Bundle is held whole, because nothing may be written before the last entry is judged. */
  private static final int BUNDLE_BYTES_MAX = 256 << 20;

  private static final int WINDOW_BYTES = 64 << 10;
  private static final int FEED_BYTES = 8 << 10;

  /** Where an offline answer would have come from. Reserved by RFC 2606, so that it is nobody's. */
  private static final Rebase BASE =
      new Rebase("https://upstream.invalid/fhir", "https://sallyport.example/fhir");

  private final Judge judge;
  private final As as;
  private final String type;
  private final Redactor redactor = new Redactor(Limits.DEFAULT);

  /**
   * @param type what a searchset was a search for; null for the type of its first match
   */
  OfflineRedaction(Judge judge, As as, String type) {
    this.judge = judge;
    this.as = as;
    this.type = type;
  }

  /** What the role sees of one resource or Bundle; all of it or nothing. */
  byte[] json(InputStream in) throws IOException {
    judge.admit(); // before any input is read
    int max = as == As.search ? BUNDLE_BYTES_MAX : Limits.DEFAULT.binaryBytesMax();
    byte[] input = in.readNBytes(max + 1);
    if (input.length > max) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "input is over " + (max >> 20) + " MiB");
    }
    return as == As.search ? searchset(input) : resource(input, input.length);
  }

  /** What a file of lines came to: how many were written, and which were denied, why. */
  record Lines(int written, Map<Reason, Integer> denied) {}

  /**
   * What the role sees of a resource a line. Lines that are denied are left out; at one that cannot
   * be judged it stops, for nobody knows what follows.
   */
  Lines ndjson(InputStream in, OutputStream out) throws IOException {
    judge.admit();
    LineReader lines = new LineReader(in, Limits.DEFAULT.binaryBytesMax());
    Map<Reason, Integer> denied = new TreeMap<>();
    int written = 0;
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      try {
        byte[] seen = resource(line, line.length);
        out.write(seen);
        out.write('\n');
        written++;
      } catch (Refusal refused) {
        if (!isDenial(refused)) {
          throw new Refusal(refused.reason(), "line " + lines.number() + ": " + refused.detail());
        }
        denied.merge(refused.reason(), 1, Integer::sum);
      }
    }
    return new Lines(written, denied);
  }

  /** Whether the policy denies; otherwise it is the input that cannot be judged. */
  static boolean isDenial(Refusal refused) {
    return refused.reason() != Reason.UPSTREAM_INVALID
        && refused.reason() != Reason.UPSTREAM_TOO_LARGE;
  }

  private byte[] resource(byte[] input, int length) {
    Redactor.Layer layer = as == As.read ? Redactor.Layer.EXCHANGE : Redactor.Layer.ELEMENT;
    byte[] padded = Arrays.copyOf(input, length + Redactor.PADDING);
    Redacted redacted = redactor.redact(judge.view(), layer, padded, 0, length, null, null);
    // The request that would have led here: known only now, and nothing has left.
    Fact fact = redacted.facts().get(0);
    if (as == As.read) {
      judge.read(fact);
    } else {
      judge.see(fact);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(redacted.length());
    redacted.writeTo(whole::write);
    return whole.toByteArray();
  }

  private byte[] searchset(byte[] input) {
    String searched = type != null ? type : FirstMatch.type(input);
    if (searched == null) {
      throw new Refusal(
          Reason.UPSTREAM_INVALID,
          "no entry is a match, so nothing tells which type was searched; --type says it");
    }
    Decision.Permit permit = judge.search(searched);
    BundleStream stream =
        new BundleStream(
            redactor,
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                searched,
                permit.release(),
                BASE,
                link -> BASE.external() + "?_page=offline", // sealed anew for each caller
                BASE.external() + "/" + InteractionParser.canonical(permit.shown()),
                WINDOW_BYTES,
                permit.total(),
                permit.includes()));
    ByteArrayOutputStream whole = new ByteArrayOutputStream(input.length);
    for (int from = 0; from < input.length; from += FEED_BYTES) {
      stream.feed(input, from, Math.min(FEED_BYTES, input.length - from));
      drain(stream, whole);
    }
    stream.finish();
    drain(stream, whole);
    return whole.toByteArray();
  }

  private static void drain(BundleStream stream, ByteArrayOutputStream whole) {
    for (Redacted window = stream.window(); window != null; window = stream.window()) {
      window.writeTo(whole::write);
    }
  }
}
