package io.sallyport.policy;

import java.util.Collection;

/** The word somebody probably meant. */
public final class Nearest {
  private Nearest() {}

  /** {@code " Did you mean 'x'?"}, or "" when no candidate is near. */
  public static String hint(String word, Collection<String> candidates) {
    String best = null;
    int distance = Math.max(2, word.length() / 3) + 1;
    for (String candidate : candidates) {
      int d = distance(word, candidate);
      if (d < distance) {
        distance = d;
        best = candidate;
      }
    }
    return best == null ? "" : " Did you mean '" + best + "'?";
  }

  /** Optimal string alignment: a transposition is one slip, as fingers make it. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
