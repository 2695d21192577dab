package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Abilities;
import io.sallyport.policy.AccessRequest;
import io.sallyport.policy.Circumstances;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Observed;
import io.sallyport.policy.Observer;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.Related;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.authn.Published;
import io.sallyport.proxy.journal.Journal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalUnavailable;
import io.sallyport.proxy.journal.Recorded;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The spine: the life of an exchange is {@link #serve}. Each arrow changes the type, so that the
 * wrong order does not compile: the upstream takes a {@code Recorded<Permit>}, a disclosure needs a
 * {@code Redacted}, and {@link #respond} takes a {@code Recorded} answer.
 *
 * <p>Stateless between exchanges and shared by all loops; everything runs on the exchange's loop.
 */
public final class EnforcementPoint {
  private final Recorder recorder;
  private final Upstream upstream;
  private final Clock clock;
  private final SealedLinks links;
  private final SelfLinks selfLinks;
  private final Understanding understanding;
  private final ReadFirst first;
  private final Capabilities capabilities;
  private final Offers offers;
  private final ExchangeMetrics metrics;
  private final Lookups lookups;
  private final Grants grants;
  private final Admission admission;

  public EnforcementPoint(
      Journal journal, Upstream upstream, Clock clock, CollectorRegistry registry) {
    this(
        journal,
        upstream,
        clock,
        registry,
        new SecureRandom(),
        50_000,
        5_000,
        n -> {},
        Memory.NONE);
  }

  /**
   * @param random makes what seals paging links: two of the same make the same links
   * @param answersMax how many answers to lookups of relations are remembered
   * @param lookupMillis how long one lookup may take in all
   * @param notices tells who must hear of broken glass
   * @param memory what was before the start
   */
  public EnforcementPoint(
      Journal journal,
      Upstream upstream,
      Clock clock,
      CollectorRegistry registry,
      SecureRandom random,
      int answersMax,
      long lookupMillis,
      Notices notices,
      Memory memory) {
    this.grants = new Grants(journal, notices, clock, registry, memory.grants());
    this.admission = memory.admission();
    this.upstream = upstream;
    this.clock = clock;
    this.links = new SealedLinks(clock, random);
    this.understanding = new Understanding(links);
    this.first = new ReadFirst(upstream);
    this.capabilities = new Capabilities(clock.instant());
    this.metrics = new ExchangeMetrics(registry);
    this.recorder = new Recorder(journal, metrics);
    this.offers = new Offers(upstream, clock);
    this.selfLinks = new SelfLinks(registry);
    this.lookups = new Lookups(journal, upstream, clock, registry, answersMax, lookupMillis);
  }

  /** Serves one exchange. Completes, never exceptionally, when the answer has been handed over. */
  public CompletionStage<Void> serve(Exchange x) {
    if (SmartConfiguration.isAsked(x)) {
      return publish(x); // where to get a token: the one thing that takes none
    }
    return CompletableFuture.completedFuture(x)
        .thenCompose(this::authenticate)
        .thenApply(identity -> identified(x, route(x), identity))
        .thenCompose(known -> Batch.isOne(x) ? Batch.serve(x, this::entry) : one(x))
        .exceptionallyCompose(failure -> refuse(x, Failures.reason(x, failure)));
  }

  private CompletionStage<Void> publish(Exchange x) {
    return CompletableFuture.completedFuture(x)
        .thenCompose(
            asked -> {
              x.route(route(x));
              return release(x, Answer.Authored.of(Heads.json(x), SmartConfiguration.of(x)));
            })
        .exceptionallyCompose(failure -> refuse(x, Failures.reason(x, failure)));
  }

  /** One request, or one entry of a batch. */
  private CompletionStage<Void> one(Exchange x) {
    return CompletableFuture.completedFuture(x)
        .thenApply(this::decide)
        .thenCompose(decision -> record(x, decision)) // permit or deny: recorded first
        .thenCompose(permit -> forward(x, permit)) // a deny goes no further
        .thenCompose(windows -> release(x, windows)); // redact, record, respond: window by window
  }

  /** One entry of a batch, or what is wrong with it. Completes, never exceptionally. */
  private CompletionStage<Void> entry(Exchange x, Refusal wrong) {
    CompletionStage<Void> served = wrong == null ? one(x) : CompletableFuture.failedFuture(wrong);
    return served.exceptionallyCompose(failure -> refuse(x, Failures.reason(x, failure)));
  }

  private CompletionStage<Identity> authenticate(Exchange x) {
    if (!recorder.writable()) {
      return CompletableFuture.failedFuture(new JournalUnavailable("journal is fenced", null));
    }
    return x.backOnLoop(x.snapshot().authenticator().authenticate(x.head().authorization()))
        .thenCompose(identity -> admission.admit(x, identity));
  }

  private Route route(Exchange x) {
    return Router.route(x.snapshot(), x.head());
  }

  private static Exchange identified(Exchange x, Route route, Identity identity) {
    x.identity(identity);
    x.route(route);
    return x;
  }

  private Asked decide(Exchange x) {
    assert x.onLoop();
    Interaction interaction = understanding.of(x);
    AccessRequest request =
        new AccessRequest(
            x.identity().claims(),
            interaction,
            clock.instant(),
            x.identity().client(),
            new Circumstances(
                List.of(x.route().rebase().external(), x.route().rebase().upstream()),
                EmergencyReason.of(x.head().breakGlassReason()),
                patient -> grants.open(x, patient)));
    Decision decision = observed(x, request, x.route().policy().decide(request));
    x.decision(decision);
    return new Asked(interaction, decision);
  }

  /** In observe mode another decision holds, and the policy's is only told. */
  private static Decision observed(Exchange x, AccessRequest request, Decision decided) {
    Observer observer = x.route().observer();
    Observed observed = observer == null ? null : observer.of(request, decided);
    if (observed == null) {
      return decided;
    }
    x.observation(Observation.of(x, observed));
    return observed.decision();
  }

  /** A decision and what it was about. */
  private record Asked(Interaction interaction, Decision decision) {}

  private CompletionStage<Recorded<Decision.Permit>> record(Exchange x, Asked asked) {
    JournalEntry intent = Entries.intent(x, asked.interaction(), asked.decision());
    if (asked.decision() instanceof Decision.Permit permit) {
      return recorder
          .append(x, permit, intent)
          .thenCompose(
              recorded -> {
                x.intent(recorded.sequence());
                return recorder
                    .told(x, x.observation() == null ? null : x.observation().denied(x))
                    .thenApply(told -> recorded);
              });
    }
    Decision.Deny deny = (Decision.Deny) asked.decision();
    return recorder
        .append(x, deny, intent)
        .thenApply(
            recorded -> {
              x.intent(recorded.sequence());
              throw new Refusal(deny.reason(), deny.detail());
            });
  }

  private CompletionStage<Windows> forward(Exchange x, Recorded<Decision.Permit> permit) {
    if (permit.value().interaction().kind() == Interaction.Kind.CAPABILITIES) {
      return offers
          .ask(x, permit)
          .thenApply(
              offer -> {
                x.offer(offer);
                return null; // the statement is ours to write
              });
    }
    Standing standing = standing(x, permit, permit.value().release().related());
    if (x.observation() != null) {
      x.observation().standing(standing(x, permit, x.observation().related()));
    }
    if (permit.value().nothing()) {
      x.windows(windows(x, permit, NothingFound.response(), standing));
      return CompletableFuture.completedFuture(x.windows()); // nobody need be asked for it
    }
    return standing
        .begin() // who breaks the glass is recorded first
        .thenCompose(begun -> first.require(x, permit, standing))
        .thenCompose(releasable -> x.backOnLoop(upstream.send(x, permit)))
        .thenCompose(
            response -> {
              x.windows(windows(x, permit, response, standing));
              return standing.admit(response);
            })
        .thenApply(admitted -> x.windows());
  }

  private Standing standing(Exchange x, Recorded<Decision.Permit> permit, Related related) {
    return new Standing(x, permit, related, lookups, grants);
  }

  private Windows windows(
      Exchange x, Recorded<Decision.Permit> permit, Upstream.Response response, Standing standing) {
    return permit.value().interaction().kind().bundles()
        ? new BundleWindows(x, permit, response, upstream, links, selfLinks, standing)
        : new ResourceWindows(x, permit.value(), response, standing);
  }

  private CompletionStage<Void> release(Exchange x, Windows windows) {
    if (windows == null) {
      return release(x, author(x));
    }
    return Repeat.until(
        () ->
            windows // redact
                .next()
                .thenCompose(disclosure -> record(x, disclosure)) // recorded before a byte leaves
                .thenCompose(disclosure -> respond(x, disclosure)));
  }

  private CompletionStage<Void> release(Exchange x, Answer.Authored authored) {
    return recorder
        .append(x, authored, Entries.released(x, authored))
        .thenCompose(recorded -> respond(x, recorded))
        .thenApply(last -> null);
  }

  private CompletionStage<Recorded<Answer.Disclosure>> record(Exchange x, Answer.Disclosure d) {
    CompletionStage<?> told =
        x.observation() == null
            ? CompletableFuture.completedFuture(null)
            : x.observation().hidden(x).thenCompose(found -> recorder.told(x, found));
    return told.thenCompose(done -> recorder.append(x, d, Entries.released(x, d)));
  }

  /**
   * Hands a recorded answer to the caller. True when it was the last part.
   *
   * <p>If the caller is gone the record stands: the trail may over-report a disclosure, never
   * under-report one. What it did not get is recorded, too.
   */
  private CompletionStage<Boolean> respond(Exchange x, Recorded<? extends Answer> recorded) {
    Answer answer = recorded.value();
    if (answer instanceof Answer.Disclosure d) {
      metrics.disclosed(d);
      return d.whole() ? whole(x, d.head(), d.body()) : part(x, d);
    }
    if (answer instanceof Answer.Authored a) {
      metrics.authored();
      return whole(x, a.head(), a.body());
    }
    Reason reason = ((Answer.Refused) answer).why().reason();
    metrics.refused(reason);
    return whole(
        x, Heads.refused(x, reason), Unpooled.wrappedBuffer(Outcomes.body(reason, x.id())));
  }

  private CompletionStage<Boolean> whole(Exchange x, Downstream.Head head, ByteBuf body) {
    return x.downstream()
        .answer(head, body)
        .handle(
            (sent, failure) -> {
              if (failure != null && x.intent() >= 0) {
                aborted(x);
              }
              return true;
            });
  }

  private CompletionStage<Boolean> part(Exchange x, Answer.Disclosure d) {
    if (d.number() == 1) {
      x.begin();
      x.downstream().begin(d.head());
    }
    CompletionStage<Void> written =
        x.downstream()
            .write(d.body())
            .exceptionallyCompose(
                gone ->
                    CompletableFuture.failedFuture(
                        new Refusal(Reason.CLIENT_ABORTED, "caller left in mid-answer", gone)));
    if (!d.last()) {
      return written.thenApply(more -> false);
    }
    return written
        .thenCompose(all -> recorder.append(x, x, Entries.closed(x, true, "")))
        .thenCompose(closed -> x.downstream().end().handle((sent, gone) -> true));
  }

  private Answer.Authored author(Exchange x) {
    Abilities role =
        x.observation() == null
            ? x.route().policy().abilities(x.decision().role())
            : x.route().observer().abilities();
    Published issuer = x.snapshot().authenticator().published();
    return Answer.Authored.of(Heads.ok(x), capabilities.of(x.route(), role, x.offer(), issuer));
  }

  /**
   * Refuses: records the refusal, then answers it. Also for a request that {@code net} could not
   * accept (malformed, too large, too slow). Completes, never exceptionally.
   */
  public CompletionStage<Void> refuse(Exchange x, Refusal why) {
    if (x.windows() != null) {
      x.windows().cancel();
    }
    if (x.begun()) {
      return cut(x, why);
    }
    if (why.reason() == Reason.JOURNAL_UNAVAILABLE) {
      return unrecorded(x);
    }
    if (why.reason() == Reason.CLIENT_ABORTED && x.intent() >= 0) {
      metrics.refused(why.reason());
      return aborted(x); // nobody is there to be refused
    }
    return recorder
        .append(x, new Answer.Refused(why), Entries.refused(x, why))
        .thenCompose(recorded -> respond(x, recorded))
        .handle((sent, failure) -> failure)
        .thenCompose(
            failure -> failure == null ? CompletableFuture.completedFuture(null) : unrecorded(x));
  }

  /**
   * A streamed answer that went wrong: no clean end, so that no client takes a part for the whole.
   */
  private CompletionStage<Void> cut(Exchange x, Refusal why) {
    x.downstream().reset();
    metrics.refused(why.reason());
    return recorder
        .append(x, x, Entries.closed(x, false, why.reason().name()))
        .handle((closed, failure) -> null);
  }

  private CompletionStage<Void> aborted(Exchange x) {
    return recorder
        .append(x, x, new JournalEntry.Aborted(x.id(), x.intent(), Reason.CLIENT_ABORTED.name()))
        .handle((recorded, failure) -> null);
  }

  /** The one answer that is not recorded: the 503 of a journal that cannot write. */
  private CompletionStage<Void> unrecorded(Exchange x) {
    Reason reason = Reason.JOURNAL_UNAVAILABLE;
    metrics.unrecorded();
    metrics.refused(reason);
    return x.downstream()
        .answer(Heads.refused(x, reason), Unpooled.wrappedBuffer(Outcomes.body(reason, x.id())))
        .handle((sent, gone) -> null);
  }
}
