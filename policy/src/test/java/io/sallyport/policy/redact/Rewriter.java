package io.sallyport.policy.redact;

import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Writes the same JSON in other bytes: keys in another order, escapes, white space. */
final class Rewriter {
  private static final String[] SPACE = {"", "", "", " ", "\n", "\r\n\t", "  "};

  private final Random random;
  private final StringBuilder out = new StringBuilder();

  private Rewriter(Random random) {
    this.random = random;
  }

  static byte[] rewrite(Tree tree, Random random) {
    Rewriter rewriter = new Rewriter(random);
    rewriter.write(tree);
    return rewriter.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write(Tree tree) {
    space();
    if (tree instanceof Obj object) {
      List<Member> members = new ArrayList<>(object.members());
      Collections.shuffle(members, random);
      String separator = "{";
      for (Member member : members) {
        out.append(separator);
        space();
        token(member.raw());
        space();
        out.append(':');
        write(member.value());
        separator = ",";
      }
      out.append('}');
    } else if (tree instanceof Arr array) {
      String separator = "[";
      for (Tree item : array.items()) {
        out.append(separator);
        write(item);
        separator = ",";
      }
      out.append(']');
    } else {
      token(((Raw) tree).token());
    }
    space();
  }

  private void space() {
    out.append(SPACE[random.nextInt(SPACE.length)]);
  }

  /**
   * A string with some of its characters escaped; other tokens as they are. The # of a reference to
   * a contained resource stays: the redactor does not know it escaped.
   */
  private void token(String token) {
    if (token.charAt(0) != '"' || random.nextInt(3) != 0) {
      out.append(token);
      return;
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '\\') {
        // An escape is left whole: \\u0041 holds characters that are none of the text.
        int length = token.charAt(i + 1) == 'u' ? 6 : 2;
        out.append(token, i, i + length);
        i += length - 1;
      } else if (Character.isHighSurrogate(c) || (c != '"' && random.nextInt(4) == 0)) {
        out.append(escape(c));
        if (Character.isHighSurrogate(c)) {
          out.append(escape(token.charAt(++i)));
        }
      } else {
        out.append(c);
      }
    }
  }

  private String escape(char c) {
    String hex = String.format("%04x", (int) c);
    return "\\u" + (random.nextBoolean() ? hex : hex.toUpperCase(java.util.Locale.ROOT));
  }
}
