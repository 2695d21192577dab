package io.sallyport.proxy.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The difference of two texts, as {@code diff -u} writes it: hunks with three lines around. Null
 * stands for a text that is not there. What it writes, {@link #patched} applies again: the last
 * line counts, though it be empty.
 */
final class Diff {
  private static final int AROUND = 3;

  /** Cells of the table of common lines at most; a larger change is told as one. */
  private static final long TABLE_MAX = 4_000_000;

  private static final Pattern HUNK = Pattern.compile("@@ -(\\d+),(\\d+) \\+(\\d+),(\\d+) @@");

  /** A line and whether it stays (' '), goes ('-') or comes ('+'). */
  private record Line(char sign, String text) {}

  private Diff() {}

  /** The hunks, each line with its end; "" for the same text. */
  static String of(String before, String after) {
    List<Line> lines = compared(lines(before), lines(after));
    StringBuilder to = new StringBuilder();
    int was = 0;
    int is = 0;
    for (int at = 0; at < lines.size(); ) {
      if (lines.get(at).sign() == ' ') {
        was++;
        is++;
        at++;
        continue;
      }
      int from = Math.max(0, at - AROUND);
      int end = end(lines, at);
      int back = at - from; // lines before it that stay
      int wasFrom = was - back;
      int isFrom = is - back;
      StringBuilder hunk = new StringBuilder();
      int wasCount = 0;
      int isCount = 0;
      for (Line line : lines.subList(from, end)) {
        hunk.append(line.sign()).append(line.text()).append('\n');
        wasCount += line.sign() != '+' ? 1 : 0;
        isCount += line.sign() != '-' ? 1 : 0;
      }
      to.append("@@ -").append(place(wasFrom, wasCount)).append(',').append(wasCount);
      to.append(" +").append(place(isFrom, isCount)).append(',').append(isCount);
      to.append(" @@\n").append(hunk);
      was = wasFrom + wasCount;
      is = isFrom + isCount;
      at = end;
    }
    return to.toString();
  }

  // A hunk without lines of a text names the line it comes after.
  private static int place(int from, int count) {
    return count == 0 ? from : from + 1;
  }

  // Where the hunk ends: what stays is longer than what two hunks have around them.
  private static int end(List<Line> lines, int begin) {
    int last = begin;
    for (int i = begin; i < lines.size() && i - last <= 2 * AROUND; i++) {
      if (lines.get(i).sign() != ' ') {
        last = i;
      }
    }
    return Math.min(lines.size(), last + 1 + AROUND);
  }

  private static List<Line> compared(List<String> before, List<String> after) {
    List<Line> lines = new ArrayList<>();
    int head = 0;
    while (head < before.size()
        && head < after.size()
        && before.get(head).equals(after.get(head))) {
      lines.add(new Line(' ', before.get(head++)));
    }
    int tail = 0;
    while (tail < before.size() - head
        && tail < after.size() - head
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    middle(
        before.subList(head, before.size() - tail),
        after.subList(head, after.size() - tail),
        lines);
    before.subList(before.size() - tail, before.size()).forEach(l -> lines.add(new Line(' ', l)));
    return lines;
  }

  // The longest common subsequence; of a change that is too large for its table, nothing is common.
  private static void middle(List<String> was, List<String> is, List<Line> to) {
    int n = was.size();
    int m = is.size();
    boolean small = (long) n * m <= TABLE_MAX;
    int[][] common = new int[small ? n + 1 : 1][m + 1];
    for (int i = small ? n - 1 : -1; i >= 0; i--) {
      for (int j = m - 1; j >= 0; j--) {
        common[i][j] =
            was.get(i).equals(is.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    int i = 0;
    int j = 0;
    while (i < n || j < m) {
      if (small && i < n && j < m && was.get(i).equals(is.get(j))) {
        to.add(new Line(' ', was.get(i++)));
        j++;
      } else if (i < n && (!small || j == m || common[i + 1][j] >= common[i][j + 1])) {
        to.add(new Line('-', was.get(i++)));
      } else {
        to.add(new Line('+', is.get(j++)));
      }
    }
  }

  private static List<String> lines(String text) {
    return text == null ? List.of() : List.of(text.split("\n", -1));
  }

  /**
   * The text after a difference.
   *
   * @throws IllegalArgumentException when it is not a difference from this text
   */
  static String patched(String before, String diff) {
    List<String> was = lines(before);
    List<String> is = new ArrayList<>();
    int at = 0;
    String[] hunks = diff.isEmpty() ? new String[0] : diff.split("\n", -1);
    for (int i = 0; i < hunks.length - 1; ) {
      Matcher hunk = HUNK.matcher(hunks[i++]);
      if (!hunk.matches()) {
        throw new IllegalArgumentException("line " + i + " of a difference begins no hunk");
      }
      int count = Integer.parseInt(hunk.group(2));
      int begin = Integer.parseInt(hunk.group(1)) - (count == 0 ? 0 : 1);
      if (begin < at || begin + count > was.size()) {
        throw new IllegalArgumentException("a hunk of another text");
      }
      is.addAll(was.subList(at, begin));
      at = begin;
      for (; i < hunks.length - 1 && !hunks[i].startsWith("@"); i++) {
        char sign = hunks[i].isEmpty() ? '?' : hunks[i].charAt(0);
        String text = hunks[i].isEmpty() ? "" : hunks[i].substring(1);
        if (sign == '+') {
          is.add(text);
        } else if (at < was.size() && (sign == ' ' || sign == '-') && was.get(at).equals(text)) {
          at++;
          if (sign == ' ') {
            is.add(text);
          }
        } else {
          throw new IllegalArgumentException("a difference from another text");
        }
      }
    }
    is.addAll(was.subList(at, was.size()));
    return is.isEmpty() ? null : String.join("\n", is);
  }
}
