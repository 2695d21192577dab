package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import io.sallyport.policy.Decision;
import io.sallyport.policy.Refusal;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.policy.redact.Redactor;
import io.sallyport.proxy.authn.Identity;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One request and its response: the state that the stages of {@link EnforcementPoint#serve} share.
 * Lives on one event loop and is never touched from another thread.
 */
public final class Exchange {
  private final String id;
  private final EventExecutor loop;
  private final Snapshot snapshot;
  private final RequestHead head;
  private final ByteBuf body;
  private final String remote;
  private final Redactor redactor;
  private final Downstream downstream;

  // What the stages learn on the way, in this order.
  private Identity identity;
  private Route route;
  private String page;
  private int skip;
  private Decision decision;
  private Observation observation;
  private Offer offer = Offer.ANY;
  private long intent = -1;
  private Windows windows;
  private boolean begun;
  private Refusal interruption;
  private Consumer<Refusal> callOff = why -> {};

  /**
   * @param id the request id: in the response header and the journal
   * @param body the whole request body, perhaps empty; owned by {@code net}, valid until the answer
   * @param remote the caller's address
   * @param redactor the loop's own
   */
  public Exchange(
      String id,
      EventExecutor loop,
      Snapshot snapshot,
      RequestHead head,
      ByteBuf body,
      String remote,
      Redactor redactor,
      Downstream downstream) {
    this.id = id;
    this.loop = loop;
    this.snapshot = snapshot;
    this.head = head;
    this.body = body;
    this.remote = remote;
    this.redactor = redactor;
    this.downstream = downstream;
  }

  /** An exchange for one entry of a batch, by the same caller, on the same loop. */
  Exchange entry(int number, RequestHead asked, Downstream slot) {
    Exchange entry =
        new Exchange(
            id + "." + number,
            loop,
            snapshot,
            asked,
            Unpooled.EMPTY_BUFFER,
            remote,
            redactor,
            slot);
    entry.identity = identity;
    entry.route = route;
    return entry;
  }

  public String id() {
    return id;
  }

  public EventExecutor loop() {
    return loop;
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  public RequestHead head() {
    return head;
  }

  public ByteBuf body() {
    return body;
  }

  public String remote() {
    return remote;
  }

  public Redactor redactor() {
    return redactor;
  }

  public Downstream downstream() {
    return downstream;
  }

  /** The route it took; null before routing. */
  public Route route() {
    return route;
  }

  /**
   * The request target below the upstream's base that stands for a permit: rebuilt from the
   * interaction without what is ours to do with the results, or for a further page the reference
   * that the upstream itself gave us and we sealed.
   */
  public String upstreamReference(Decision.Permit permit) {
    if (page != null) {
      return page;
    }
    Interaction asked = permit.interaction();
    return InteractionParser.forwarded(ordered(permit) ? asked.thenById() : asked);
  }

  /** Whether the upstream is asked to order what a search leaves open by something shown. */
  boolean ordered(Decision.Permit permit) {
    return route.ordered() && permit.ordered();
  }

  Identity identity() {
    return identity;
  }

  void identity(Identity value) {
    identity = value;
  }

  void route(Route value) {
    route = value;
  }

  String page() {
    return page;
  }

  /** How many entries of the page were dealt with before. */
  int skip() {
    return skip;
  }

  void page(String reference, int skipped) {
    page = reference;
    skip = skipped;
  }

  /** Null before the policy has spoken. */
  Decision decision() {
    return decision;
  }

  void decision(Decision value) {
    decision = value;
  }

  /** What the record system can do, where that was asked. */
  Offer offer() {
    return offer;
  }

  void offer(Offer value) {
    offer = value;
  }

  /** What the policy would have done, in observe mode; null where it is enforced. */
  Observation observation() {
    return observation;
  }

  void observation(Observation value) {
    observation = value;
  }

  /** Whether it breaks the glass: then all of its records are on the disk before it goes on. */
  boolean emergency() {
    return decision instanceof Decision.Permit permit
        && permit.release().related() != null
        && permit.release().related().broken() != null;
  }

  /** The intent's sequence number; -1 before it is recorded. */
  long intent() {
    return intent;
  }

  void intent(long sequence) {
    intent = sequence;
  }

  /** The answer's source while it is being released; null before. */
  Windows windows() {
    return windows;
  }

  void windows(Windows value) {
    windows = value;
  }

  /** Whether the head of a streamed answer has left: from here on only a reset can take it back. */
  boolean begun() {
    return begun;
  }

  void begin() {
    begun = true;
  }

  /**
   * Ends the exchange from outside: the caller left, or the appliance stops. What waits for the
   * upstream fails with {@code why}; what does not wait for it ends by itself. The first one
   * counts.
   */
  public void interrupt(Refusal why) {
    if (interruption == null) {
      interruption = why;
      callOff.accept(why);
    }
  }

  /** What an interruption has to call off from now on; at once when there was one already. */
  public void onInterrupt(Consumer<Refusal> what) {
    callOff = what;
    if (interruption != null) {
      what.accept(interruption);
    }
  }

  /**
   * Waits for something that others may wait for, too: an interruption ends the waiting and nothing
   * else. Afterwards an interruption calls off what it did before.
   */
  <T> CompletionStage<T> waitFor(CompletionStage<T> stage) {
    if (stage.toCompletableFuture().isDone()) {
      return stage;
    }
    CompletableFuture<T> waiting = new CompletableFuture<>();
    Consumer<Refusal> before = callOff;
    onInterrupt(waiting::completeExceptionally);
    stage.whenComplete(
        (value, failure) -> {
          if (interruption == null) {
            callOff = before;
          }
          settle(waiting, value, failure);
        });
    return waiting;
  }

  public boolean onLoop() {
    return loop.inEventLoop();
  }

  /**
   * The only bridge from other threads: a stage that completes elsewhere continues on the loop, one
   * that is complete continues at once.
   */
  public <T> CompletionStage<T> backOnLoop(CompletionStage<T> stage) {
    if (stage.toCompletableFuture().isDone()) {
      return stage;
    }
    CompletableFuture<T> back = new CompletableFuture<>();
    stage.whenComplete(
        (value, failure) -> {
          if (loop.inEventLoop()) {
            settle(back, value, failure);
          } else {
            loop.execute(() -> settle(back, value, failure));
          }
        });
    return back;
  }

  private static <T> void settle(CompletableFuture<T> back, T value, Throwable failure) {
    if (failure == null) {
      back.complete(value);
    } else {
      back.completeExceptionally(failure);
    }
  }
}
