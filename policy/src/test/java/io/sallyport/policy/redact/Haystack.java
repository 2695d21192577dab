package io.sallyport.policy.redact;

import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Arr;
import io.sallyport.policy.redact.naive.Tree.Member;
import io.sallyport.policy.redact.naive.Tree.Obj;
import io.sallyport.policy.redact.naive.Tree.Raw;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/** A JSON text, and all that its strings may say: decoded, from base64, from percent escapes. */
final class Haystack {
  private final StringBuilder text = new StringBuilder();
  private final Set<String> values = new HashSet<>();

  static Haystack of(byte[] json) throws IOException {
    Haystack haystack = new Haystack();
    haystack.text.append(new String(json, StandardCharsets.UTF_8));
    haystack.add(Tree.parse(json));
    return haystack;
  }

  private void add(Tree tree) {
    if (tree instanceof Obj object) {
      for (Member member : object.members()) {
        text.append('\n').append(member.key());
        add(member.value());
      }
    } else if (tree instanceof Arr array) {
      array.items().forEach(this::add);
    } else if (tree instanceof Raw raw) {
      String value = raw.isText() ? raw.text() : raw.token();
      values.add(value);
      text.append('\n').append(value);
      if (value.matches("[A-Za-z0-9+/]{8,}={0,2}") && value.length() % 4 == 0) {
        byte[] bytes = Base64.getDecoder().decode(value);
        text.append('\n').append(new String(bytes, StandardCharsets.UTF_8));
      }
      if (value.contains("%")) {
        String safe = value.replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
        text.append('\n').append(URLDecoder.decode(safe, StandardCharsets.UTF_8));
      }
    }
  }

  /** The scalars, decoded. */
  Set<String> values() {
    return values;
  }

  boolean holds(String canary) {
    String percent = URLEncoder.encode(canary, StandardCharsets.UTF_8);
    String base64 =
        Base64.getEncoder()
            .withoutPadding()
            .encodeToString(canary.getBytes(StandardCharsets.UTF_8));
    return text.indexOf(canary) >= 0 || text.indexOf(percent) >= 0 || text.indexOf(base64) >= 0;
  }
}
