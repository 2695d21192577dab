package io.sallyport.policy.redact;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.ReleaseRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What another view would have taken out of what is released, and which resources another rule
 * would have withheld: judged beside the view that decides, for observe mode. It changes nothing of
 * what is released.
 *
 * <p>Not thread-safe; bound to one exchange. It has a redactor of its own, for the first one holds
 * what it walked until that is written.
 */
public final class Shadow {
  private final Redactor redactor;
  private final View view;
  private final ReleaseRule release;
  private final Rebase rebase;
  private final Map<String, Integer> removed = new TreeMap<>();
  private int withheld;

  /** Those of which it depends on their patient whether they would be released. */
  private final List<Waiting> waiting = new ArrayList<>();

  private final Set<String> asked = new LinkedHashSet<>();

  private record Waiting(Fact fact, Map<String, Integer> hits) {}

  /**
   * @param view what the policy would show
   * @param release what it would release
   */
  public Shadow(Limits limits, View view, ReleaseRule release, Rebase rebase) {
    this.redactor = new Redactor(limits);
    this.view = view.unprojected();
    this.release = release;
    this.rebase = rebase;
  }

  /** Judges a resource that is released; its bytes are as {@link Redactor#redact} wants them. */
  public void judge(byte[] source, int from, String type) {
    try {
      int open = Text.space(source, from);
      redactor.walk(view, Redactor.Layer.EXCHANGE, source, open, type, rebase);
    } catch (Refusal notShown) {
      withheld++;
      return;
    }
    Fact fact = redactor.fact(type);
    Map<String, Integer> hits = redactor.hits().byName();
    String patient = release.asks(fact);
    if (patient == null) {
      account(fact, hits);
    } else {
      asked.add(patient);
      waiting.add(new Waiting(fact, hits));
    }
  }

  private void account(Fact fact, Map<String, Integer> hits) {
    if (release.holds(fact)) {
      hits.forEach((rule, times) -> removed.merge(rule, times, Integer::sum));
    } else {
      withheld++;
    }
  }

  /**
   * The patients of whom the rule's relations must learn before {@link #take} tells of what is
   * about them. One of whom they do not learn counts as withheld.
   */
  public Set<String> asks() {
    return Set.copyOf(asked);
  }

  /**
   * What would have been done since it was asked last.
   *
   * @param removed elements that would have been taken out or changed, by the rule that does it
   * @param withheld resources that would not have been released
   */
  public record Account(Map<String, Integer> removed, int withheld) {
    /** Whether nothing would have been different. */
    public boolean empty() {
      return removed.isEmpty() && withheld == 0;
    }
  }

  /** Tells, and starts anew. */
  public Account take() {
    waiting.forEach(one -> account(one.fact(), one.hits()));
    waiting.clear();
    asked.clear();
    Account account = new Account(Map.copyOf(removed), withheld);
    removed.clear();
    withheld = 0;
    return account;
  }
}
