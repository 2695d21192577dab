package io.sallyport.policy.source;

import io.sallyport.policy.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML 1.2 document as a tree that knows its places. No tags are acted on, no types are guessed:
 * a scalar is its text. Anchors and aliases are refused, because a reader of a security file should
 * see what a rule says where it says it.
 */
public sealed interface Yaml {
  Problem.Location at();

  /**
   * A text, number or word: {@code text} is as written, without quotes.
   *
   * @param lead how far behind {@code at} the text begins; -1 when it is not written as it reads,
   *     because it has escapes or several lines
   */
  record Scalar(String text, Problem.Location at, int lead) implements Yaml {
    /** Where a character of the text stands; the whole text's place where that cannot be told. */
    public Problem.Location at(int offset) {
      return lead < 0
          ? at
          : new Problem.Location(at.file(), at.line(), at.column() + lead + offset);
    }
  }

  record Sequence(List<Yaml> items, Problem.Location at) implements Yaml {}

  record Mapping(List<Entry> entries, Problem.Location at) implements Yaml {}

  /**
   * @param at where the key stands
   */
  record Entry(String key, Problem.Location at, Yaml value) {}

  /**
   * Reads one document.
   *
   * @param file its name, for problems
   * @return null when the text is no YAML, is empty, or breaks a rule above
   */
  static Yaml read(String file, String text, Consumer<Problem> problems) {
    return new Reading(file, problems).read(text);
  }

  /** One reading of one file. */
  final class Reading {
    private static final int CODE_POINTS_MAX = 4 << 20;
    private static final int DEPTH_MAX = 32;

    private final String file;
    private final Consumer<Problem> problems;
    private final Set<Node> seen = new HashSet<>();
    private boolean failed;

    private Reading(String file, Consumer<Problem> problems) {
      this.file = file;
      this.problems = problems;
    }

    private Yaml read(String text) {
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(file)
              .setUseMarks(true)
              .setCodePointLimit(CODE_POINTS_MAX)
              .build();
      try {
        tags(settings, text);
        Node node = new Compose(settings).composeString(text).orElse(null);
        if (node == null) {
          fail(new Problem.Location(file, 0, 0), "is empty");
          return null;
        }
        Yaml root = convert(node, 0);
        return failed ? null : root;
      } catch (StackOverflowError deep) {
        // The library composes by recursion before we can count.
        fail(new Problem.Location(file, 0, 0), "is nested too deeply");
        return null;
      } catch (MarkedYamlEngineException e) {
        fail(at(e.getProblemMark()), "is not YAML: " + e.getProblem());
        return null;
      } catch (YamlEngineException e) {
        fail(new Problem.Location(file, 0, 0), "is not YAML: " + e.getMessage());
        return null;
      }
    }

    /** Told from the events: a composed node has a tag whether or not one was written. */
    private void tags(LoadSettings settings, String text) {
      for (Event event : new Parse(settings).parseString(text)) {
        Optional<String> tag =
            event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent start ? start.getTag() : Optional.empty();
        if (tag.isPresent()) {
          fail(
              at(event.getStartMark()),
              "has a tag, which would say what the value is: nothing here acts on tags. Remove it,"
                  + " or quote a text that begins with '!'");
        }
      }
    }

    private Yaml convert(Node node, int depth) {
      Problem.Location at = at(node.getStartMark());
      if (depth > DEPTH_MAX) {
        fail(at, "is nested deeper than " + DEPTH_MAX);
        return new Scalar("", at, -1);
      }
      if (!seen.add(node)) {
        return new Scalar("", at, -1); // an alias: its anchor has been reported
      }
      if (node.getAnchor().isPresent()) {
        fail(at, "has an anchor, to be used again by an alias: write it out in each place");
      }
      if (node instanceof ScalarNode scalar) {
        return new Scalar(scalar.getValue(), at, lead(scalar));
      }
      if (node instanceof SequenceNode sequence) {
        return new Sequence(
            sequence.getValue().stream().map(item -> convert(item, depth + 1)).toList(), at);
      }
      List<Entry> entries = new ArrayList<>();
      Set<String> keys = new HashSet<>();
      for (NodeTuple tuple : ((MappingNode) node).getValue()) {
        Problem.Location place = at(tuple.getKeyNode().getStartMark());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          fail(place, "a key must be a text");
          continue;
        }
        if (!keys.add(key.getValue())) {
          fail(place, "the key '" + key.getValue() + "' stands twice in one mapping");
        }
        entries.add(new Entry(key.getValue(), place, convert(tuple.getValueNode(), depth + 1)));
      }
      return new Mapping(List.copyOf(entries), at);
    }

    private static int lead(ScalarNode scalar) {
      int length = scalar.getValue().codePointCount(0, scalar.getValue().length());
      int more =
          scalar.getEndMark().map(Mark::getIndex).orElse(0)
              - scalar.getStartMark().map(Mark::getIndex).orElse(0)
              - length;
      boolean quoted =
          scalar.getScalarStyle() == ScalarStyle.SINGLE_QUOTED
              || scalar.getScalarStyle() == ScalarStyle.DOUBLE_QUOTED;
      if (scalar.getScalarStyle() == ScalarStyle.PLAIN && more == 0) {
        return 0;
      }
      return quoted && more == 2 ? 1 : -1;
    }

    private Problem.Location at(Optional<Mark> mark) {
      return mark.map(m -> new Problem.Location(file, m.getLine() + 1, m.getColumn() + 1))
          .orElse(new Problem.Location(file, 0, 0));
    }

    private void fail(Problem.Location at, String message) {
      failed = true;
      problems.accept(Problem.error(at, "", message, "E-YAML"));
    }
  }
}
