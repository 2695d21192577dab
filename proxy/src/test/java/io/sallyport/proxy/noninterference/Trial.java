package io.sallyport.proxy.noninterference;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redactor;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.exchange.Downstream;
import io.sallyport.proxy.exchange.EnforcementPoint;
import io.sallyport.proxy.exchange.Exchange;
import io.sallyport.proxy.exchange.Lookup;
import io.sallyport.proxy.exchange.Memory;
import io.sallyport.proxy.exchange.RequestHead;
import io.sallyport.proxy.exchange.Route;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.exchange.Upstream;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.Recorded;
import io.sallyport.proxy.noninterference.Ehr.Reply;
import io.sallyport.proxy.noninterference.World.Stored;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * One appliance before one record system: the real spine, policy, redactor and journal; sockets are
 * left out. Two of them are told the same time, ids and nonces, and nothing else is the same.
 */
final class Trial {
  static final String PUBLIC = "https://fhir.hospital.example/fhir";

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T10:00:00Z"), ZoneOffset.UTC);
  private static final Pattern SEALED = Pattern.compile("_page=[A-Za-z0-9_-]+");
  private static final int WINDOW_BYTES = 8 << 10;
  private static final int CHUNK_BYTES = 1500;

  /** A request as {@code net} hands it over. */
  record Ask(
      String method,
      String path,
      String query,
      String form,
      String contentType,
      String accept,
      String prefer,
      String ifNoneMatch) {
    static Ask get(String path, String query) {
      return new Ask("GET", path, query, "", "", "", "", "");
    }

    @Override
    public String toString() {
      return method
          + " "
          + path
          + (query == null ? "" : "?" + query)
          + (form.isEmpty() ? "" : " [" + form + "]");
    }
  }

  /**
   * Everything a caller got: the pieces as they were handed to the socket.
   *
   * @param end how it ended: whole, streamed or cut
   */
  record Got(int status, List<String> headers, List<byte[]> pieces, String end) {
    byte[] body() {
      int length = pieces.stream().mapToInt(piece -> piece.length).sum();
      byte[] body = new byte[length];
      int at = 0;
      for (byte[] piece : pieces) {
        System.arraycopy(piece, 0, body, at, piece.length);
        at += piece.length;
      }
      return body;
    }

    /**
     * Whether they are the same, to the byte; where the answer was cut in pieces counts, too.
     *
     * @param sealed whether paging links may lead to different places of the record systems: what
     *     is enciphered under one nonce is then as different as under two, and its length is all
     *     that anybody sees
     */
    boolean same(Got other, boolean sealed) {
      boolean same =
          status == other.status
              && headers.equals(other.headers)
              && end.equals(other.end)
              && pieces.size() == other.pieces.size();
      for (int i = 0; same && i < pieces.size(); i++) {
        same = Arrays.equals(pieces.get(i), other.pieces.get(i));
        if (!same && sealed) {
          same = masked(pieces.get(i)).equals(masked(other.pieces.get(i)));
        }
      }
      return same;
    }

    private static String masked(byte[] piece) {
      String text = new String(piece, StandardCharsets.ISO_8859_1);
      return SEALED.matcher(text).replaceAll(token -> "_page=" + token.group().length());
    }
  }

  /** The same numbers for both, from the beginning for each request. */
  private static final class Dice extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private transient Random numbers = new Random(0);

    @Override
    public void nextBytes(byte[] bytes) {
      numbers.nextBytes(bytes);
    }

    void restart(long seed) {
      numbers = new Random(seed);
    }
  }

  private final Ehr ehr;
  private final Dice dice = new Dice();
  private final CollectorRegistry registry = new CollectorRegistry();
  private final EnforcementPoint point;
  private final Set<String> team;
  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final Snapshot snapshot;
  private final String subject;

  /** What the record system was asked for by the last request, and what it said. */
  private String reference;

  private Reply reply;
  private final List<Stored> given = new ArrayList<>();

  /** A bug of the record system is no answer to compare. */
  private RuntimeException failure;

  Trial(Sample sample, Ehr ehr, Journal journal) {
    this(sample, ehr, journal, Sample.TEAM);
  }

  /**
   * @param team the patients with whom the relation of a role holds
   */
  Trial(Sample sample, Ehr ehr, Journal journal, Set<String> team) {
    this.team = team;
    this.ehr = ehr;
    this.subject = sample.name;
    this.point =
        new EnforcementPoint(
            journal, new Asked(), CLOCK, registry, dice, 50_000, 5_000, notice -> {}, Memory.NONE);
    UpstreamTarget target =
        new UpstreamTarget(
            "ehr",
            Ehr.BASE,
            "ehr.internal",
            8080,
            false,
            "/fhir",
            "",
            8,
            List.of(),
            1000,
            1000,
            10_000,
            1L << 30);
    Identity caller =
        new Identity("https://idp", subject, sample.client, "jti", Long.MAX_VALUE, sample.claims);
    this.snapshot =
        new Snapshot(
            "hash",
            Set.of("fhir.hospital.example"),
            List.of(new Route("/fhir", sample.policy, target, new Rebase(Ehr.BASE, PUBLIC))),
            authorization ->
                authorization == null
                    ? CompletableFuture.failedFuture(new Refusal(Reason.NO_CREDENTIALS, "none"))
                    : CompletableFuture.completedFuture(caller),
            Limits.DEFAULT,
            WINDOW_BYTES);
  }

  /** What is measured. */
  CollectorRegistry registry() {
    return registry;
  }

  /** What the record system said to the last request; null when it was not asked. */
  Reply reply() {
    return reply;
  }

  /** What the record system gave for the last request, on however many pages. */
  List<Stored> given() {
    return given;
  }

  String reference() {
    return reference;
  }

  Got serve(Ask ask, int number) {
    reference = null;
    reply = null;
    given.clear();
    dice.restart(number);
    RequestHead head =
        new RequestHead(
            ask.method(),
            ask.path(),
            ask.query(),
            "fhir.hospital.example",
            "Bearer " + subject,
            ask.accept(),
            ask.contentType(),
            ask.prefer(),
            ask.ifNoneMatch());
    Caller caller = new Caller();
    Exchange x =
        new Exchange(
            "id-" + number,
            ImmediateEventExecutor.INSTANCE,
            snapshot,
            head,
            Unpooled.copiedBuffer(ask.form(), StandardCharsets.UTF_8),
            "192.0.2.7",
            redactor,
            caller);
    point.serve(x).toCompletableFuture().join();
    if (failure != null) {
      throw new IllegalStateException("the record system failed on " + reference, failure);
    }
    return new Got(caller.head.status(), caller.headers(), caller.pieces, caller.end);
  }

  /** The record system, as the spine asks it. */
  private final class Asked implements Upstream {
    @Override
    public CompletionStage<Response> send(Exchange x, Recorded<Decision.Permit> permit) {
      reference = x.upstreamReference(permit.value());
      reply = ask(reference);
      given.addAll(reply.resources());
      return response(reply);
    }

    @Override
    public CompletionStage<Response> look(Exchange x, Recorded<Lookup> lookup) {
      String reference = lookup.value().reference();
      String patient =
          reference.substring(
              reference.indexOf("Patient/") + "Patient/".length(), reference.indexOf('&'));
      // Of others the answer tells what this world holds, and nothing that proves the relation.
      String status = team.contains(patient) ? "active" : "inactive";
      String json =
          "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":"
              + (reply == null ? 0 : reply.body().length)
              + ",\"entry\":[{\"resource\":{\"resourceType\":\"CareTeam\",\"status\":\""
              + status
              + "\",\"subject\":{\"reference\":\"Patient/"
              + patient
              + "\"},\"participant\":[{\"member\":{\"reference\":\""
              + Sample.USER
              + "\"}}]}}]}";
      return response(
          new Reply(
              200,
              "application/fhir+json",
              "",
              "",
              json.getBytes(StandardCharsets.UTF_8),
              List.of()));
    }

    private Reply ask(String what) {
      try {
        return ehr.get(what);
      } catch (RuntimeException bug) {
        failure = bug;
        throw bug;
      }
    }

    private CompletionStage<Response> response(Reply to) {
      return CompletableFuture.completedFuture(
          new Response(
              to.status(),
              to.contentType(),
              "",
              to.etag(),
              to.lastModified(),
              to.body().length,
              new Chunks(to.body())));
    }
  }

  /** A body as it comes from a socket. */
  private static final class Chunks implements Upstream.Body {
    private final byte[] bytes;
    private int at;

    Chunks(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public CompletionStage<ByteBuf> next() {
      if (at == bytes.length) {
        return CompletableFuture.completedFuture(null);
      }
      int to = Math.min(bytes.length, at + CHUNK_BYTES);
      ByteBuf chunk = Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, at, to));
      at = to;
      return CompletableFuture.completedFuture(chunk);
    }

    @Override
    public void cancel() {
      at = bytes.length;
    }
  }

  private static final class Caller implements Downstream {
    final List<byte[]> pieces = new ArrayList<>();
    Head head;
    String end = "never";

    List<String> headers() {
      return head.headers().stream().map(h -> h.getKey() + ": " + h.getValue()).toList();
    }

    @Override
    public CompletionStage<Void> answer(Head answered, ByteBuf body) {
      head = answered;
      end = "whole";
      return write(body);
    }

    @Override
    public void begin(Head begun) {
      head = begun;
    }

    @Override
    public CompletionStage<Void> write(ByteBuf piece) {
      byte[] bytes = new byte[piece.readableBytes()];
      piece.readBytes(bytes);
      piece.release();
      pieces.add(bytes);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> end() {
      end = "streamed";
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void reset() {
      end = "cut";
    }
  }
}
