package io.sallyport.proxy.exchange;

import io.sallyport.policy.Decision;
import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Kind;
import io.sallyport.policy.fhir.InteractionParser;
import io.sallyport.proxy.journal.Recorded;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads a resource, judges it, and lets nothing of it leave, before another question about it is
 * asked by the same recorded permit. Where a release depends on what a resource says:
 *
 * <ul>
 *   <li>older versions are released to a caller who is given the current one. An older one may lack
 *       the label, or name another patient: judged by itself it would tell what was put right
 *       since. One that was deleted has none, and tells nothing;
 *   <li>a patient's records are released to a caller who is given the patient. An empty answer
 *       would else tell of a patient who is withheld from one who is not there.
 * </ul>
 */
final class ReadFirst {
  private final Upstream upstream;

  ReadFirst(Upstream upstream) {
    this.upstream = upstream;
  }

  /** Completes where nothing stands against the question; else fails as a read would. */
  CompletionStage<Void> require(Exchange x, Recorded<Decision.Permit> permit, Standing standing) {
    Interaction asked = permit.value().interaction();
    boolean about =
        asked.kind() == Kind.VREAD
            || asked.kind() == Kind.HISTORY
            || asked.kind() == Kind.EVERYTHING;
    if (!about || permit.value().givesEvery(asked.type())) {
      return CompletableFuture.completedFuture(null);
    }
    String page = x.page();
    int skip = x.skip();
    x.page(
        InteractionParser.forwarded(
            new Interaction(Kind.READ, asked.type(), asked.id(), "", List.of())),
        0);
    return x.backOnLoop(upstream.send(x, permit))
        .thenCompose(
            response -> {
              x.windows(new ResourceWindows(x, permit.value(), response, standing));
              return standing.admit(response);
            })
        .thenCompose(admitted -> x.windows().next())
        .thenAccept(
            judged -> {
              judged.release();
              x.page(page, skip);
            });
  }
}
