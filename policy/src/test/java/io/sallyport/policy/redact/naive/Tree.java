package io.sallyport.policy.redact.naive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** JSON as a tree whose keys and scalars keep the very characters they were written with. */
public sealed interface Tree permits Tree.Obj, Tree.Arr, Tree.Raw {
  JsonFactory JACKSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNumberLength(10_000)
                  .maxStringLength(64 << 20)
                  .build())
          .build();

  /**
   * One member.
   *
   * @param raw the key's token, quotes included
   * @param key the key, decoded
   */
  record Member(String raw, String key, Tree value) {}

  /** An object, its members in order. */
  record Obj(List<Member> members) implements Tree {
    public Tree get(String key) {
      for (Member member : members) {
        if (member.key().equals(key)) {
          return member.value();
        }
      }
      return null;
    }

    /** A string member's value, decoded; null when there is none or it is no string. */
    public String text(String key) {
      return get(key) instanceof Raw raw && raw.isText() ? raw.text() : null;
    }
  }

  /** An array. */
  record Arr(List<Tree> items) implements Tree {}

  /** A scalar's token as written; a string with its quotes and escapes. */
  record Raw(String token) implements Tree {
    public boolean isText() {
      return token.charAt(0) == '"';
    }

    public boolean isNull() {
      return token.equals("null");
    }

    public String text() {
      try (JsonParser parser = JACKSON.createParser(token)) {
        parser.nextToken();
        return parser.getText();
      } catch (IOException wrong) {
        throw new IllegalStateException(wrong);
      }
    }
  }

  static Tree parse(byte[] json) throws IOException {
    try (JsonParser parser = JACKSON.createParser(json)) {
      parser.nextToken();
      Tree tree = value(parser, json);
      if (parser.nextToken() != null) {
        throw new IOException("more than one value");
      }
      return tree;
    }
  }

  private static Tree value(JsonParser parser, byte[] json) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        List<Member> members = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String raw = quoted(json, (int) parser.currentTokenLocation().getByteOffset());
          String key = parser.currentName();
          parser.nextToken();
          members.add(new Member(raw, key, value(parser, json)));
        }
        return new Obj(members);
      }
      case START_ARRAY -> {
        List<Tree> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser, json));
        }
        return new Arr(items);
      }
      case VALUE_STRING -> {
        return new Raw(quoted(json, (int) parser.currentTokenLocation().getByteOffset()));
      }
      default -> {
        return new Raw(parser.getText());
      }
    }
  }

  private static String quoted(byte[] json, int from) {
    if (json[from] != '"') {
      throw new IllegalStateException("no string at byte " + from);
    }
    int end = from + 1;
    while (json[end] != '"') {
      end += json[end] == '\\' ? 2 : 1;
    }
    return new String(json, from, end + 1 - from, StandardCharsets.UTF_8);
  }

  /** The tree as JSON without white space between tokens. */
  static String render(Tree tree) {
    StringBuilder out = new StringBuilder();
    render(tree, out);
    return out.toString();
  }

  private static void render(Tree tree, StringBuilder out) {
    String separator = "";
    if (tree instanceof Obj object) {
      out.append('{');
      for (Member member : object.members()) {
        out.append(separator).append(member.raw()).append(':');
        render(member.value(), out);
        separator = ",";
      }
      out.append('}');
    } else if (tree instanceof Arr array) {
      out.append('[');
      for (Tree item : array.items()) {
        out.append(separator);
        render(item, out);
        separator = ",";
      }
      out.append(']');
    } else {
      out.append(((Raw) tree).token());
    }
  }
}
