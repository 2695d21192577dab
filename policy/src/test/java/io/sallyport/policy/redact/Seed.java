package io.sallyport.policy.redact;

import java.util.Random;

/** The seed of a test that draws its cases: printed, and given again by a system property. */
final class Seed {
  private Seed() {}

  static long draw(Class<?> test) {
    Long given = Long.getLong("sallyport.seed");
    long seed = given == null ? new Random().nextLong() : given;
    System.out.println(test.getSimpleName() + ": -Dsallyport.seed=" + seed);
    return seed;
  }
}
