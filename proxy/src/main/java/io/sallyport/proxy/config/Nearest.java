package io.sallyport.proxy.config;

import java.util.Collection;
import java.util.Locale;

/** The word a writer probably meant. */
final class Nearest {
  private static final int EDITS_MAX = 2;

  private Nearest() {}

  /** The candidate at most two edits from the word, and less than half of it; null for none. */
  static String to(String word, Collection<String> candidates) {
    String best = null;
    int least = EDITS_MAX + 1;
    for (String candidate : candidates) {
      int edits = edits(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (edits < least && edits * 2 < Math.max(word.length(), candidate.length())) {
        best = candidate;
        least = edits;
      }
    }
    return best;
  }

  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
