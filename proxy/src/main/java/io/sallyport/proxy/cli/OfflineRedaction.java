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
import io.sallyport.proxy.exchange.BatchAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engine of {@code serve} on bytes that no upstream sent: the same redactor, the same stream
 * for Bundles, the same slots for batches, the same decision. What is not released is a {@link
 * Refusal}.
 */
final class OfflineRedaction {
  /** As which answer a resource is seen. */
  enum As {
    /** No answer: only what the view hides goes. */
    element,
    read,
    search,
    /** Of one resource, or of a type. */
    history,
    /** What a batch of reads was answered. */
    batch
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
   * @param type what a searchset was a search for, and a history is of; null for the type of its
   *     first match or version
   */
  OfflineRedaction(Judge judge, As as, String type) {
    this.judge = judge;
    this.as = as;
    this.type = type;
  }

  /** What the role sees of one resource or Bundle; all of it or nothing. */
  byte[] json(InputStream in) throws IOException {
    judge.admit(); // before any input is read
    boolean bundle = as == As.search || as == As.history || as == As.batch;
    int max = bundle ? BUNDLE_BYTES_MAX : Limits.DEFAULT.binaryBytesMax();
    byte[] input = in.readNBytes(max + 1);
    if (input.length > max) {
      throw new Refusal(Reason.UPSTREAM_TOO_LARGE, "input is over " + (max >> 20) + " MiB");
    }
    return switch (as) {
      case search -> searchset(input);
      case history -> history(input);
      case batch -> batch(input);
      default -> resource(input, input.length);
    };
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
    Redactor.Layer layer = as == As.element ? Redactor.Layer.ELEMENT : Redactor.Layer.EXCHANGE;
    Redacted redacted = redacted(input, length, layer);
    // The request that would have led here: known only now, and nothing has left.
    Fact fact = redacted.facts().get(0);
    if (as == As.element) {
      judge.see(fact);
    } else {
      judge.read(fact);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(redacted.length());
    redacted.writeTo(whole::write);
    return whole.toByteArray();
  }

  private Redacted redacted(byte[] input, int length, Redactor.Layer layer) {
    byte[] padded = Arrays.copyOf(input, length + Redactor.PADDING);
    return redactor.redact(judge.view(), layer, padded, 0, length, null, null);
  }

  private byte[] searchset(byte[] input) {
    String searched = type != null ? type : BundleEntries.of(input).firstMatch();
    if (searched == null) {
      throw new Refusal(
          Reason.UPSTREAM_INVALID,
          "no entry is a match, so nothing tells which type was searched; --type says it");
    }
    return bundle(input, judge.search(searched));
  }

  /**
   * Versions, newest first as FHIR has them. Where their release depends on what a resource says,
   * the first, which is the current one, is judged before the others, as {@code serve} reads it.
   */
  private byte[] history(byte[] input) {
    BundleEntries versions = BundleEntries.of(input);
    boolean none = versions.all().isEmpty();
    String of = type != null || none ? type : versions.all().get(0).type();
    if (of == null) {
      throw new Refusal(
          Reason.UPSTREAM_INVALID, "no entry tells whose history it is; --type says of which type");
    }
    Decision.Permit permit = judge.history(of, none ? "" : versions.id());
    if (!none && !permit.givesEvery(of)) {
      BundleEntries.Entry current = versions.all().get(0);
      if (current.to() == 0) {
        throw new Refusal(Reason.NOT_FOUND, "it is deleted, and may have been anybody's");
      }
      byte[] resource = versions.resource(current);
      Redacted judged = redacted(resource, resource.length, Redactor.Layer.EXCHANGE);
      Judge.requireOwn(permit, judged.facts().get(0));
    }
    return bundle(input, permit);
  }

  /** Each entry as if it had been asked for alone; slots stay where they are. */
  private byte[] batch(byte[] input) {
    BundleEntries entries = BundleEntries.of(input);
    if (!entries.kind().equals("batch-response")) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "not a batch-response");
    }
    BatchAnswer answer = new BatchAnswer();
    for (BundleEntries.Entry entry : entries.all()) {
      requireType(entries, entry);
      try {
        answer.released(judge.view(), slot(entries, entry), entry.etag());
      } catch (Refusal refused) {
        // One reason for what is not the caller's and what is not there, as serve has it.
        boolean withheld = refused.reason() == Reason.NOT_IN_COMPARTMENT;
        answer.refused(withheld ? Reason.NOT_FOUND : refused.reason());
      }
    }
    return answer.end();
  }

  /** What was asked for is needed to say that nothing was found. */
  private void requireType(BundleEntries entries, BundleEntries.Entry entry) {
    boolean told =
        type != null
            || !entry.kind().equals("searchset")
            || BundleEntries.of(entries.resource(entry)).firstMatch() != null;
    if (!told) {
      throw new Refusal(
          Reason.UPSTREAM_INVALID,
          "entry "
              + (entries.all().indexOf(entry) + 1)
              + " is a searchset without a match, so nothing tells which type was searched;"
              + " --type says it");
    }
  }

  private byte[] slot(BundleEntries entries, BundleEntries.Entry entry) {
    if (!entry.status().matches("[1-5][0-9]{2}( .*)?")) {
      throw new Refusal(Reason.UPSTREAM_INVALID, "an entry without a status");
    }
    Reason problem = BatchAnswer.problem(Integer.parseInt(entry.status().substring(0, 3)));
    if (problem != null) {
      throw new Refusal(problem, "status " + entry.status());
    }
    byte[] resource = entries.resource(entry);
    return switch (entry.kind()) {
      case "searchset" -> searchset(resource);
      case "history" -> history(resource);
      default -> resource(resource, resource.length);
    };
  }

  private byte[] bundle(byte[] input, Decision.Permit permit) {
    BundleStream stream =
        new BundleStream(
            redactor,
            permit.view(),
            Limits.DEFAULT,
            new Envelope(
                permit.interaction().type(),
                permit.release(),
                BASE,
                link -> BASE.external() + "?_page=offline", // sealed anew for each caller
                BASE.external() + "/" + InteractionParser.canonical(permit.shown()),
                WINDOW_BYTES,
                permit.total(),
                permit.includes(),
                permit.form()));
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
