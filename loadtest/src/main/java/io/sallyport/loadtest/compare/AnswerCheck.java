package io.sallyport.loadtest.compare;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges a first answer as a whole, against what the record system sent. What passes becomes the
 * {@link Expected} of all that follow.
 */
final class AnswerCheck {
  /** So many different elements must be gone, or it is not the work that is compared here. */
  static final int HIDDEN_MIN = 6;

  private static final Pattern MARK =
      Pattern.compile("\"(" + Documents.HIDDEN + "|" + Documents.VISIBLE + ")([a-z-]+)");

  private AnswerCheck() {}

  /** For who only forwards: the same bytes. */
  static Expected forwarded(String who, Workload workload, LoadRun.Answer answer) {
    ok(who, workload, answer);
    if (!Arrays.equals(answer.body(), workload.body())) {
      throw CompareFailure.bad(
          who + ", " + workload.name() + ": the answer is not what the upstream sent");
    }
    return Expected.of(answer.status(), answer.body());
  }

  /** For who redacts: nothing of what is hidden, all of what is not. */
  static Expected redacted(String who, Workload workload, LoadRun.Answer answer) {
    ok(who, workload, answer);
    String sent = text(workload.body());
    String got = text(answer.body());
    Set<String> hidden = kinds(sent, Documents.HIDDEN);
    if (hidden.size() < HIDDEN_MIN) {
      throw new IllegalStateException(workload.name() + " has too little to hide");
    }
    Set<String> shown = kinds(got, Documents.HIDDEN);
    if (!shown.isEmpty() || got.contains(Documents.HIDDEN_DATE)) {
      throw CompareFailure.bad(
          who
              + ", "
              + workload.name()
              + ": the answer shows what its policy hides ("
              + (shown.isEmpty() ? "birth date" : String.join(", ", shown))
              + "): redaction is switched off, and no figure of this run would mean anything."
              + " Use the policy that this command writes");
    }
    long wanted = count(sent, Documents.VISIBLE);
    long found = count(got, Documents.VISIBLE);
    if (found != wanted) {
      throw CompareFailure.bad(
          who
              + ", "
              + workload.name()
              + ": the answer holds "
              + found
              + " of "
              + wanted
              + " values that its policy shows");
    }
    return Expected.of(answer.status(), answer.body());
  }

  /** For who does what we do not know: it answered, and with something of the resource. */
  static Expected answered(String who, Workload workload, LoadRun.Answer answer) {
    ok(who, workload, answer);
    if (count(text(answer.body()), Documents.VISIBLE) == 0) {
      throw CompareFailure.bad(
          who + ", " + workload.name() + ": the answer holds nothing of what the upstream sent");
    }
    return Expected.of(answer.status(), answer.body());
  }

  private static void ok(String who, Workload workload, LoadRun.Answer answer) {
    if (answer.status() != 200) {
      throw CompareFailure.bad(who + ", " + workload.name() + ": status " + answer.status());
    }
  }

  /** The kinds of marks, without the number of their entry. */
  static Set<String> kinds(String text, String mark) {
    Set<String> kinds = new TreeSet<>();
    Matcher matcher = MARK.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).equals(mark)) {
        kinds.add(matcher.group(2).replaceAll("-+$", ""));
      }
    }
    return kinds;
  }

  private static long count(String text, String mark) {
    return MARK.matcher(text).results().filter(m -> m.group(1).equals(mark)).count();
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }
}
