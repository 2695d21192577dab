package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run looked at: of whom it got answers, and whether the worlds differed there. */
final class Tally {
  /** Of one role, or one type of search parameter. */
  private static final class Line {
    int requests;
    int disclosing;
    int answered;
    int differing;

    int percent() {
      return 100 * disclosing / Math.max(1, requests);
    }

    int differingPercent() {
      return 100 * differing / Math.max(1, answered);
    }
  }

  private static final List<String> PARAMETERS =
      List.of(
          "token",
          "string",
          "date",
          "reference",
          "quantity",
          "uri",
          "composite",
          "chain",
          "_has",
          "_include",
          "_revinclude");

  private final Map<String, Line> roles = new TreeMap<>();
  private final Map<String, Line> kinds = new TreeMap<>();
  private final Map<String, Boolean> partial = new TreeMap<>();

  /**
   * Counts a request.
   *
   * @param disclosing whether it was answered by a resource, or by a searchset that has one
   * @param asked whether the record systems were asked and had resources to give
   * @param differing whether what they gave differs
   */
  void count(Sample sample, String kind, boolean disclosing, boolean asked, boolean differing) {
    partial.put(sample.name, sample.partial());
    for (Line line :
        new Line[] {
          roles.computeIfAbsent(sample.name, n -> new Line()),
          kinds.computeIfAbsent(kind, n -> new Line())
        }) {
      line.requests++;
      line.disclosing += disclosing ? 1 : 0;
      line.answered += asked ? 1 : 0;
      line.differing += differing ? 1 : 0;
    }
  }

  /** A harness that is refused, or that sees twice the same, has looked at nothing. */
  void requireThatItLooked() {
    roles.forEach(
        (name, line) -> {
          assertThat(line.percent())
              .as("%s: answers with entries", name)
              .isGreaterThanOrEqualTo(60);
          if (partial.get(name)) {
            assertThat(line.differingPercent())
                .as("%s: answers of the record systems that differ", name)
                .isGreaterThanOrEqualTo(30);
          }
        });
  }

  /** The same for every type of parameter, of a run that is long enough to tell. */
  void requireEveryKind() {
    for (String kind : PARAMETERS) {
      assertThat(kinds).containsKey(kind);
      assertThat(kinds.get(kind).requests).as("requests by %s", kind).isGreaterThan(15);
      assertThat(kinds.get(kind).percent())
          .as("%s: answers with entries", kind)
          .isGreaterThanOrEqualTo(60);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String form = "%-34s %6d requests, %3d %% disclose, upstreams differ in %3d %%%n";
    roles.forEach(
        (name, l) ->
            text.append(form.formatted(name, l.requests, l.percent(), l.differingPercent())));
    kinds.forEach(
        (name, l) ->
            text.append(
                form.formatted("  " + name, l.requests, l.percent(), l.differingPercent())));
    return text.toString();
  }
}
