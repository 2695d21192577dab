package io.sallyport.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DiffTest {
  @Test
  void whatIsWrittenIsAppliedAgain() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      String before = text(random, random.nextInt(40));
      String after = random.nextInt(3) == 0 ? text(random, 10) : edited(random, before);
      String diff = Diff.of(before, after);
      assertThat(Diff.patched(before, diff)).as("seed %d\n%s", seed, diff).isEqualTo(after);
      assertThat(diff.isEmpty()).isEqualTo(before.equals(after));
    }
  }

  @Test
  void itReadsAsDiffDoes() {
    String before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
    String after = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk\nl\nm\n";
    assertThat(Diff.of(before, after))
        .isEqualTo(
            """
            @@ -2,7 +2,7 @@
             b
             c
             d
            -e
            +E
             f
             g
             h
            @@ -10,4 +10,5 @@
             j
             k
             l
            +m
            \s
            """);
  }

  @Test
  void aFileComesAndGoes() {
    assertThat(Diff.of(null, "a\nb")).isEqualTo("@@ -0,0 +1,2 @@\n+a\n+b\n");
    assertThat(Diff.patched(null, Diff.of(null, "a\nb"))).isEqualTo("a\nb");
    assertThat(Diff.patched(null, Diff.of(null, ""))).isEmpty();
    assertThat(Diff.of("a", null)).isEqualTo("@@ -1,1 +0,0 @@\n-a\n");
    assertThat(Diff.patched("a", Diff.of("a", null))).isNull();
  }

  @Test
  void aDifferenceOfAnotherTextIsNotApplied() {
    String diff = Diff.of("a\nb\nc\n", "a\nx\nc\n");
    for (String wrong : new String[] {"a\nB\nc\n", "a\n", "z\nb\nc\n"}) {
      assertThatThrownBy(() -> Diff.patched(wrong, diff))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Diff.patched("a", "nonsense\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aChangeTooLargeToCompareIsTold() {
    String before = "x\n".repeat(3_000) + "a\n" + "y\n".repeat(3_000);
    String after = "y\n".repeat(3_000) + "b\n" + "x\n".repeat(3_000);
    assertThat(Diff.patched(before, Diff.of(before, after))).isEqualTo(after);
  }

  private static String text(Random random, int lines) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      text.append((char) ('a' + random.nextInt(6)));
      text.append(i == lines - 1 && random.nextBoolean() ? "" : "\n");
    }
    return text.toString();
  }

  private static String edited(Random random, String before) {
    StringBuilder text = new StringBuilder(before);
    for (int i = random.nextInt(4); i > 0 && text.length() > 0; i--) {
      int at = random.nextInt(text.length());
      if (random.nextBoolean()) {
        text.deleteCharAt(at);
      } else {
        text.insert(at, random.nextBoolean() ? "Z\n" : "\n");
      }
    }
    return text.toString();
  }
}
