package io.sallyport.policy;

import java.util.Objects;

/**
 * One thing wrong with a file a person wrote: where, what, why, and how to mend it. Readers collect
 * every problem before they give up.
 *
 * @param severity errors refuse the file, warnings do not
 * @param at the place
 * @param path the path inside the document, as {@code roles.nurse.types.Patient.show[1]}
 * @param message what is wrong, why, and the fix
 * @param code a stable short code, as {@code E-PATH}
 */
public record Problem(Severity severity, Location at, String path, String message, String code) {
  /** Whether the file can be used all the same. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /**
   * A place in a text file.
   *
   * @param file the file's name as the user gave it
   * @param line from 1; 0 when the whole file is meant
   * @param column from 1; 0 when the whole line is meant
   */
  public record Location(String file, int line, int column) {
    @Override
    public String toString() {
      return line == 0 ? file : file + ":" + line + ":" + column;
    }
  }

  public Problem {
    Objects.requireNonNull(severity);
    Objects.requireNonNull(at);
  }

  public static Problem error(Location at, String path, String message, String code) {
    return new Problem(Severity.ERROR, at, path, message, code);
  }

  public static Problem warning(Location at, String path, String message, String code) {
    return new Problem(Severity.WARNING, at, path, message, code);
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** As a compiler prints it: {@code file:line:column path: message [code]}. */
  @Override
  public String toString() {
    String where = path.isEmpty() ? "" : path + ": ";
    return at + "  " + where + message + " [" + code + "]";
  }
}
