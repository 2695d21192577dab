package io.sallyport.policy.condition;

import io.sallyport.policy.Nearest;
import io.sallyport.policy.Problem;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with one condition, for the person who wrote it. */
final class Issues {
  private static final Set<String> KNOWN =
      new TreeSet<>(
          Set.of(
              "token",
              "request.purpose",
              "request.interaction",
              "request.method",
              "request.type",
              "resource.<element>",
              "now"));

  /** As somebody may have misspelt them. */
  private static final Set<String> NAMES = new TreeSet<>(KNOWN);

  static {
    NAMES.add(Cel.RESOURCE);
  }

  /** Of the format, and not there to be asked yet. */
  private static final Set<String> NOT_YET = Set.of("request.zone", "request.device");

  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)?");
  private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '(\\w+)'.*");

  private final String text;
  private final String path;
  private final IntFunction<Problem.Location> at;
  private final Consumer<Problem> problems;

  Issues(String text, String path, IntFunction<Problem.Location> at, Consumer<Problem> problems) {
    this.text = text;
    this.path = path;
    this.at = at;
    this.problems = problems;
  }

  void notBool(String type) {
    String fix =
        type.equals("dyn")
            ? "it is whatever the token holds. Compare it, as " + text.strip() + " == true."
            : "it is of type " + type + ". Compare it with something.";
    error(0, "a condition must be true or false, and " + fix, "E-CEL");
  }

  /**
   * @param message the compiler's
   * @param offset where in the text
   */
  void tell(String message, int offset) {
    Matcher undeclared = UNDECLARED.matcher(message);
    if (!undeclared.matches()) {
      // What the parser would have taken instead is a list of its tokens, and nobody's help.
      String why = message.split(" expecting | \\(candidates: ", 2)[0];
      error(offset, "is not CEL: " + why + ".", "E-CEL");
      return;
    }
    String name = undeclared.group(1);
    if (offset < text.length() && text.charAt(offset) == '(') {
      error(offset - name.length(), "there is no function '" + name + "' in CEL.", "E-CEL");
      return;
    }
    Matcher whole = NAME.matcher(text).region(Math.min(offset, text.length()), text.length());
    String full = name.equals("request") && whole.lookingAt() ? whole.group() : name;
    if (NOT_YET.contains(full)) {
      error(
          offset,
          "'"
              + full
              + "' is part of the format but nothing tells this version of it, so the file is not"
              + " loaded. Remove the condition.",
          "E-NOT-YET");
      return;
    }
    error(
        offset,
        "there is no '"
            + full
            + "' to judge by: a condition reads "
            + String.join(", ", KNOWN)
            + "."
            + Nearest.hint(full, NAMES),
        "E-CEL");
  }

  private void error(int offset, String message, String code) {
    problems.accept(Problem.error(at.apply(Math.max(0, offset)), path, message, code));
  }
}
