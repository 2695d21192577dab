package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The master test: nothing that a caller may not see changes a byte of what it is answered. */
class NonInterferenceTest {
  /** Prints its seed; a run is repeated by {@code -Dsallyport.seed=}. */
  static long seed() {
    Long given = Long.getLong("sallyport.seed");
    long seed = given == null ? new Random().nextLong() : given;
    System.out.println("NonInterferenceTest: -Dsallyport.seed=" + seed);
    return seed;
  }

  @Test
  @Tag("A3")
  @Tag("A4")
  @Tag("A13")
  @Tag("A21")
  @Tag("C14")
  @Tag("F3")
  void fiveThousandRequestsAreAnsweredTheSame() throws IOException {
    everyRole(seed(), 5_000);
  }

  @Test
  @Tag("long")
  void aHundredThousandRequestsAreAnsweredTheSame() throws IOException {
    long seed = seed();
    for (int i = 0; i < 10; i++) {
      everyRole(seed + i, 10_000);
    }
  }

  private static void everyRole(long seed, int requests) throws IOException {
    World world = World.make(seed);
    List<Sample> samples = new ArrayList<>(Sample.all());
    samples.addAll(Said.samples());
    samples.addAll(Sample.more());
    samples.addAll(Sample.names());
    List<String> differences = new ArrayList<>();
    Tally tally = new Tally();
    for (Sample sample : samples) {
      Twins twins = new Twins(sample, world, seed, Twins.Leak.NONE);
      twins.run(requests / samples.size(), tally, differences);
    }
    System.out.println(tally);
    assertThat(differences).isEmpty();
    tally.requireThatItLooked();
    tally.requireEveryKind();
  }
}
