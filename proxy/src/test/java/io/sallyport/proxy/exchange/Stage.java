package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Claims;
import io.sallyport.policy.Decision;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Limits;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.policy.redact.Redactor;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.Recorded;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The core alone on a stage: real policy and redactor, fakes at the edges it owns. Everything that
 * happens is one line in {@link #events}, so that a test reads the order off.
 */
final class Stage {
  static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: role}
        purpose: {claim: purpose}
        patient: {claim: patient}
        user: {claim: fhirUser}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
        psych: {labels: [v3-ActCode|PSYTHPN]}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active", cache: 60s}
      roles:
        carer:
          purpose: [TREAT]
          when: [care-team]
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all}
        registrar:
          purpose: [HPAYMT]
          deny-segments: [restricted]
          types:
            Patient: {do: [read, search], show: all}
        nurse:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate, photo]}
            Observation: {do: [read, search], show: all, include: [Observation:subject]}
        clerk:
          purpose: [HPAYMT]
          types:
            Coverage: {do: [read], show: all}
        guest:
          purpose: [TREAT]
          types:
            Patient: {do: [read], show: all}
        app:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Observation: {do: [read, search], show: all}
        auditor:
          purpose: [TREAT]
          needs: {token-acr: [mfa, "urn:hospital:card"]}
          types:
            Patient: {do: [read], show: all}
        ward:
          purpose: [TREAT]
          versions: show
          deny-segments: [restricted]
          types:
            Patient: {do: [read, vread, history, $everything], show: all}
            Observation: {do: [read, search], show: all, include: [Observation:performer]}
            Practitioner: {do: [read], show: all}
        chief:
          purpose: [TREAT]
          versions: show
          types:
            "*": {do: [read, vread, search, history, $everything, $lastn], show: all}
        smart:
          purpose: [PATRQT]
          client: [app]
          scopes: enforce
          types:
            Patient: {do: [read], show: all}
      forbid:
        - {segment: psych, unless: {purpose: [TREAT]}}
      break-glass:
        roles: [carer]
        purpose: [BTG]
        lifts: [relation:care-team]
        needs: {reason: 20, token-acr: mfa}
        lasts: 60m
        notify: privacy-office
      """;

  static final String UPSTREAM = "http://ehr.internal:8080/fhir";
  static final String PUBLIC = "https://fhir.hospital.example/fhir";

  final List<String> events = new ArrayList<>();
  final FakeJournal fake = new FakeJournal();
  final Deque<Object> responses = new ArrayDeque<>();

  /** To lookups. */
  final Deque<Object> answers = new ArrayDeque<>();

  final List<String> sent = new ArrayList<>();
  final List<Notice> notices = new ArrayList<>();
  final List<io.sallyport.proxy.journal.Durability> durabilities = new ArrayList<>();

  /** The Break-Glass-Reason of the requests that come. */
  String reason = "";

  final CollectorRegistry registry = new CollectorRegistry();
  Instant now = Instant.parse("2026-03-01T10:00:00Z");
  final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };
  final PolicySet policy;
  private final boolean observe;
  final EnforcementPoint point;
  final Redactor redactor = new Redactor(Limits.DEFAULT);
  int windowBytes = 64 << 10;
  int number;

  /** Whether the route asks for an order that what is shown decides. */
  boolean ordered = true;

  Stage() {
    this(POLICY, false);
  }

  /**
   * @param observe whether the route observes everybody
   */
  Stage(String text, boolean observe) {
    this.policy = policy(text);
    this.observe = observe;
    point =
        new EnforcementPoint(
            new Watched(),
            new Ehr(),
            clock,
            registry,
            new SecureRandom(),
            50_000,
            5_000,
            notice -> {
              events.add("notice " + notice.to());
              notices.add(notice);
            },
            Memory.NONE);
  }

  private static PolicySet policy(String text) {
    List<String> problems = new ArrayList<>();
    PolicySet set = PolicySet.read("stage.yaml", text, p -> problems.add(p.toString()));
    if (set == null) {
      throw new AssertionError(problems);
    }
    return set;
  }

  /** Serves a GET by a nurse. */
  Caller get(String path) {
    return get(path, "Bearer nurse/TREAT/n1");
  }

  Caller get(String path, String authorization) {
    return get(path, authorization, "GET", "");
  }

  Caller get(String path, String authorization, String method, String accept) {
    return get("fhir.hospital.example", path, authorization, method, accept);
  }

  Caller get(String host, String path, String authorization, String method, String accept) {
    Caller caller = begin(host, path, authorization, method, accept);
    caller.served.toCompletableFuture().join();
    return caller;
  }

  /** Serves a batch. */
  Caller post(String path, String authorization, String contentType, String body) {
    Caller caller =
        begin("fhir.hospital.example", path, authorization, "POST", "", contentType, body);
    caller.served.toCompletableFuture().join();
    return caller;
  }

  /** Serves a request without waiting for its end. */
  Caller begin(String host, String path, String authorization, String method, String accept) {
    return begin(host, path, authorization, method, accept, "", "");
  }

  private Caller begin(
      String host,
      String path,
      String authorization,
      String method,
      String accept,
      String contentType,
      String body) {
    int question = path.indexOf('?');
    Caller caller = new Caller();
    RequestHead head =
        new RequestHead(
            method,
            question < 0 ? path : path.substring(0, question),
            question < 0 ? null : path.substring(question + 1),
            host,
            authorization,
            accept,
            contentType,
            "",
            "",
            reason);
    Exchange x =
        new Exchange(
            "id-" + ++number,
            ImmediateEventExecutor.INSTANCE,
            snapshot(),
            head,
            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
            "192.0.2.7",
            redactor,
            caller);
    caller.exchange = x;
    caller.served = point.serve(x);
    return caller;
  }

  Snapshot snapshot() {
    UpstreamTarget target =
        new UpstreamTarget(
            "ehr",
            UPSTREAM,
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
    boolean observed = observe || !policy.observed().isEmpty();
    Route route =
        new Route(
            "/fhir",
            policy,
            target,
            new Rebase(UPSTREAM, PUBLIC),
            observed ? policy.observer(observe) : null,
            ordered,
            Set.of());
    return new Snapshot(
        "hash",
        Set.of("fhir.hospital.example"),
        List.of(route),
        Stage::authenticate,
        Limits.DEFAULT,
        windowBytes);
  }

  /** The token of this stage: role/purpose/subject; the subject is the caller's own patient. */
  private static CompletionStage<Identity> authenticate(String authorization) {
    if (authorization == null) {
      return CompletableFuture.failedFuture(new Refusal(Reason.NO_CREDENTIALS, "none"));
    }
    if (authorization.equals("Bearer boom")) {
      throw new IllegalStateException("a programming error in an authenticator");
    }
    String[] parts = authorization.substring("Bearer ".length()).split("/");
    Claims claims =
        new Claims(
            Map.of(
                "role",
                parts[0],
                "purpose",
                parts[1],
                "patient",
                parts[2],
                "fhirUser",
                "Practitioner/" + parts[2],
                "acr",
                parts.length > 3 ? parts[3] : "pwd"));
    return CompletableFuture.completedFuture(
        new Identity("https://idp", parts[2], "app", "jti", Long.MAX_VALUE, claims));
  }

  private final class Ehr implements Upstream {
    @Override
    public CompletionStage<Response> send(Exchange x, Recorded<Decision.Permit> permit) {
      String reference = x.upstreamReference(permit.value());
      events.add("upstream " + reference);
      sent.add(reference);
      return respond(responses);
    }

    @Override
    public CompletionStage<Response> look(Exchange x, Recorded<Lookup> lookup) {
      events.add("lookup " + lookup.value().reference());
      return respond(answers);
    }
  }

  private CompletionStage<Upstream.Response> respond(Deque<Object> responses) {
    Object next = responses.removeFirst();
    if (next instanceof CompletableFuture<?> later) {
      return later.thenApply(response -> (Upstream.Response) response);
    }
    return next instanceof Throwable failure
        ? CompletableFuture.failedFuture(failure)
        : CompletableFuture.completedFuture((Upstream.Response) next);
  }

  Upstream.Response response(int status, String contentType, String... chunks) {
    return new Upstream.Response(
        status, contentType, "", "W/\"1\"", "", -1, new Chunks(List.of(chunks)));
  }

  Stage answer(int status, String contentType, String... chunks) {
    responses.add(response(status, contentType, chunks));
    return this;
  }

  /** What the next lookup is answered. */
  Stage lookup(int status, String json) {
    answers.add(response(status, "application/fhir+json", json));
    return this;
  }

  Stage json(String... chunks) {
    return answer(200, "application/fhir+json;charset=UTF-8", chunks);
  }

  /** A body in memory; a chunk "CUT" is where the upstream dies. */
  final class Chunks implements Upstream.Body {
    private final Deque<String> left;

    Chunks(List<String> chunks) {
      left = new ArrayDeque<>(chunks);
    }

    @Override
    public CompletionStage<ByteBuf> next() {
      if (left.isEmpty()) {
        return CompletableFuture.completedFuture(null);
      }
      String chunk = left.removeFirst();
      return chunk.equals("CUT")
          ? CompletableFuture.failedFuture(new Refusal(Reason.UPSTREAM_INVALID, "cut"))
          : CompletableFuture.completedFuture(Unpooled.copiedBuffer(chunk, StandardCharsets.UTF_8));
    }

    @Override
    public void cancel() {
      events.add("cancel");
    }
  }

  /** The caller's side: what it got, and when it leaves. */
  final class Caller implements Downstream {
    Exchange exchange;
    CompletionStage<Void> served;
    Head head;
    final StringBuilder body = new StringBuilder();
    boolean ended;
    boolean reset;

    @Override
    public CompletionStage<Void> answer(Head answered, ByteBuf bytes) {
      events.add("answer " + answered.status());
      head = answered;
      ended = true;
      return take(bytes);
    }

    @Override
    public void begin(Head begun) {
      events.add("begin " + begun.status());
      head = begun;
    }

    @Override
    public CompletionStage<Void> write(ByteBuf piece) {
      events.add("write");
      return take(piece);
    }

    @Override
    public CompletionStage<Void> end() {
      events.add("end");
      ended = true;
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void reset() {
      events.add("reset");
      reset = true;
    }

    private CompletionStage<Void> take(ByteBuf bytes) {
      body.append(bytes.toString(StandardCharsets.UTF_8));
      bytes.release();
      return gone
          ? CompletableFuture.failedFuture(new java.io.IOException("gone"))
          : CompletableFuture.completedFuture(null);
    }

    String header(String name) {
      return head.headers().stream()
          .filter(h -> h.getKey().equals(name))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(null);
    }
  }

  /** Whether callers have left before they are written to. */
  boolean gone;

  /** The append of this kind fails, from its n-th occurrence on. */
  Class<? extends JournalEntry> failing;

  int failingFrom = 1;

  private final class Watched implements Journal {
    private int seen;

    @Override
    public <T> CompletionStage<Recorded<T>> append(
        T value, JournalEntry entry, io.sallyport.proxy.journal.Durability durability) {
      if (failing != null && failing.isInstance(entry) && ++seen >= failingFrom) {
        fake.failNextAppend();
      } else {
        events.add("journal " + entry.getClass().getSimpleName());
        durabilities.add(durability);
      }
      return fake.append(value, entry, durability);
    }

    @Override
    public io.sallyport.proxy.journal.Durabilities durabilities() {
      return fake.durabilities();
    }

    @Override
    public boolean writable() {
      return fake.writable();
    }

    @Override
    public void close() {
      fake.close();
    }
  }
}
