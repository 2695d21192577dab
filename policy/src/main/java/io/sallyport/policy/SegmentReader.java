package io.sallyport.policy;

import io.sallyport.policy.RoleRules.Pattern;
import io.sallyport.policy.redact.CodeSet;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** {@code segments:} of a policy, with the value set files that it names. */
final class SegmentReader {
  private static final Set<String> KEYS = Set.of("labels", "codes");
  private static final String V3 = "http://terminology.hl7.org/CodeSystem/";

  private final Function<String, String> files;
  private final Consumer<Problem> problems;
  private final List<String> names = new ArrayList<>();
  private final List<CodeSet.Entry> entries = new ArrayList<>();
  private final StringBuilder read = new StringBuilder();

  /**
   * @param files the text of a file by its name, relative to the policy; null for none
   */
  SegmentReader(Function<String, String> files, Consumer<Problem> problems) {
    this.files = files;
    this.problems = problems;
  }

  Segments read(Yaml node) {
    if (node == null) {
      return Segments.NONE;
    }
    if (!(node instanceof Yaml.Mapping mapping)) {
      problems.accept(
          Problem.error(node.at(), "segments", "must map names to labels and codes", "E-TYPE"));
      return Segments.NONE;
    }
    for (Yaml.Entry entry : mapping.entries()) {
      if (names.size() > Segments.MAX) {
        problems.accept(
            Problem.error(entry.at(), "segments", "there are more than 63 segments", "E-SEGMENT"));
        break;
      }
      names.add(entry.key());
      segment(entry);
    }
    return new Segments(List.copyOf(names), List.copyOf(entries));
  }

  /** What was read besides the policy's own text: part of what its hash vouches for. */
  String text() {
    return read.toString();
  }

  private void segment(Yaml.Entry entry) {
    int before = entries.size();
    Fields fields = new Fields(entry.value(), "segments." + entry.key(), KEYS, problems);
    for (Pattern label : fields.texts("labels")) {
      code(label, label.text());
    }
    for (Pattern codes : fields.texts("codes")) {
      if (codes.text().indexOf('|') >= 0) {
        code(codes, codes.text());
      } else {
        file(codes);
      }
    }
    fields.finish();
    if (entries.size() == before && fields.sound()) {
      // An empty segment would be denied to nobody, whatever a role says.
      fields.error(
          entry.at(), "names no label and no code: nothing would belong to it", "E-SEGMENT");
    }
  }

  /** {@code system|code}; a star at the end for every code that begins so. */
  private void code(Pattern at, String text) {
    int bar = text.indexOf('|');
    String system = bar < 0 ? "" : text.substring(0, bar).strip();
    String code = bar < 0 ? "" : text.substring(bar + 1).strip();
    if (system.isEmpty() || code.isEmpty() || code.equals("*")) {
      problems.accept(
          Problem.error(
              at.at(),
              at.path(),
              "'" + text + "' is not system|code, as v3-ActCode|SUD or http://loinc.org|21112-8",
              "E-SEGMENT"));
      return;
    }
    add(system, code);
  }

  private void add(String system, String code) {
    boolean prefix = code.endsWith("*");
    entries.add(
        new CodeSet.Entry(
            names.size() - 1,
            system.startsWith("v3-") ? V3 + system : system,
            prefix ? code.substring(0, code.length() - 1) : code,
            prefix));
  }

  /** A value set as lines of {@code system,code,what it means}; lines with # are remarks. */
  private void file(Pattern at) {
    String text = files == null ? null : files.apply(at.text());
    if (text == null) {
      problems.accept(
          Problem.error(
              at.at(),
              at.path(),
              "'" + at.text() + "' is not there or cannot be read, beside the policy",
              "E-FILE"));
      return;
    }
    read.append('\n').append(at.text()).append('\n').append(text);
    Set<String> wrong = new TreeSet<>();
    int number = 0;
    for (String line : text.split("\r?\n", -1)) {
      number++;
      String bare = line.strip();
      if (bare.isEmpty() || bare.startsWith("#")) {
        continue;
      }
      String[] cells = bare.split(",", 3);
      boolean sound = cells.length >= 2 && !cells[0].isBlank() && !cells[1].isBlank();
      if (!sound || cells[1].strip().equals("*")) {
        wrong.add("line " + number);
      } else {
        add(cells[0].strip(), cells[1].strip());
      }
    }
    if (!wrong.isEmpty()) {
      problems.accept(
          Problem.error(
              at.at(),
              at.path(),
              "'"
                  + at.text()
                  + "', "
                  + String.join(", ", wrong)
                  + ": must be system,code,what it means",
              "E-SEGMENT"));
    }
  }
}
