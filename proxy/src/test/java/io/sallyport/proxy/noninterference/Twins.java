package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.noninterference.Grammar.Trying;
import io.sallyport.proxy.noninterference.Trial.Ask;
import io.sallyport.proxy.noninterference.Trial.Got;
import io.sallyport.proxy.noninterference.World.Stored;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two appliances before the two worlds of a role, and the same requests to both. */
final class Twins {
  private static final Pattern NEXT =
      Pattern.compile("\"next\",\"url\":\"" + Pattern.quote(Trial.PUBLIC) + "\\?([^\"]*)\"");

  private static final int PAGES_MAX = 4;
  private static final int DIFFERENCES_MAX = 5;

  /** A leak that is planted: what it does to requests, record systems and answers. */
  interface Leak {
    Leak NONE = new Leak() {};

    default Ask ask(Ask ask) {
      return ask;
    }

    default MemoryEhr ehr(World world) {
      return new MemoryEhr(world);
    }

    /** With which patients a relation holds. */
    default Set<String> team() {
      return Sample.TEAM;
    }

    default Got got(Got got, Trial trial) {
      return got;
    }
  }

  private final Sample sample;
  private final Trial first;
  private final Trial second;
  private final Grammar grammar;
  private final Leak leak;
  private final boolean places;
  private int number;

  Twins(Sample sample, World world, long seed, Leak leak) {
    this(
        sample, world, new Twin(sample, seed).of(world), leak::ehr, sample.withholds(), seed, leak);
  }

  /**
   * Two of any record systems.
   *
   * @param places whether a paging link may name different places in each
   */
  Twins(
      Sample sample,
      World world,
      World other,
      Function<World, Ehr> keeper,
      boolean places,
      long seed,
      Leak leak) {
    this.sample = sample;
    this.leak = leak;
    this.places = places;
    first = new Trial(sample, keeper.apply(world), new FakeJournal(), leak.team());
    second = new Trial(sample, keeper.apply(other), new FakeJournal(), leak.team());
    grammar = new Grammar(sample, List.of(world, other), new Random(seed));
  }

  /** Makes so many requests, further pages among them; differences are told in words. */
  void run(int requests, Tally tally, List<String> differences) {
    int from = number;
    while (number - from < requests && differences.size() < DIFFERENCES_MAX) {
      Trying trying = grammar.next();
      Ask[] asks = {trying.ask(), trying.ask()};
      for (int page = 0; asks != null && page < PAGES_MAX; page++) {
        asks = compare(asks, trying.kind(), tally, differences);
      }
    }
  }

  /** Asks both, each by its own link; the requests for the next page, or null. */
  private Ask[] compare(Ask[] asks, String kind, Tally tally, List<String> differences) {
    number++;
    Got one = leak.got(first.serve(leak.ask(asks[0]), number), first);
    Got two = leak.got(second.serve(leak.ask(asks[1]), number), second);
    boolean sealed = places || kind.equals("$everything") || kind.equals("batch");
    if (!one.same(two, sealed)) {
      differences.add(told(asks[0], one, two));
    }
    String body = new String(one.body(), StandardCharsets.UTF_8);
    boolean disclosing =
        one.status() == 200
            && (body.contains("\"entry\":[") || !body.startsWith("{\"resourceType\":\"Bundle\""));
    boolean asked = !first.given().isEmpty() || !second.given().isEmpty();
    tally.count(sample, kind, disclosing, asked, asked && differ(first.given(), second.given()));
    Matcher next = NEXT.matcher(body);
    Matcher other = NEXT.matcher(new String(two.body(), StandardCharsets.UTF_8));
    return next.find() && other.find()
        ? new Ask[] {Ask.get("/fhir", next.group(1)), Ask.get("/fhir", other.group(1))}
        : null;
  }

  private static boolean differ(List<Stored> one, List<Stored> two) {
    boolean same = one.size() == two.size();
    for (int i = 0; same && i < one.size(); i++) {
      same = Arrays.equals(one.get(i).json, two.get(i).json);
    }
    return !same;
  }

  private String told(Ask ask, Got one, Got two) {
    String a = new String(one.body(), StandardCharsets.UTF_8);
    String b = new String(two.body(), StandardCharsets.UTF_8);
    int at = 0;
    while (at < Math.min(a.length(), b.length()) && a.charAt(at) == b.charAt(at)) {
      at++;
    }
    return String.format(
        "%s: %s%n  asked %s, %s%n  status %d, %d; ended %s, %s; headers %s; %d and %d bytes%n"
            + "  first %s%n  second %s",
        sample.name,
        ask,
        first.reference(),
        second.reference(),
        one.status(),
        two.status(),
        one.end(),
        two.end(),
        one.headers().equals(two.headers()) ? "same" : one.headers() + " " + two.headers(),
        a.length(),
        b.length(),
        around(a, at),
        around(b, at));
  }

  private static String around(String text, int at) {
    return text.substring(Math.max(0, at - 120), Math.min(text.length(), at + 120));
  }
}
