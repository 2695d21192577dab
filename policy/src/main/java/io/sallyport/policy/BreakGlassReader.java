package io.sallyport.policy;

import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.source.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code break-glass:} of a policy. */
final class BreakGlassReader {
  private static final Set<String> KEYS =
      Set.of("roles", "purpose", "lifts", "needs", "lasts", "notify");
  private static final int LASTS_SECONDS_MAX = 24 * 3600;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,5})(s|m|h)");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private final Definitions definitions;
  private final Segments segments;
  private final Map<String, Relation> relations;
  private final Map<String, Role> roles;
  private final List<Forbid> forbids;
  private final Consumer<Problem> problems;

  BreakGlassReader(
      Definitions definitions,
      Segments segments,
      Map<String, Relation> relations,
      Map<String, Role> roles,
      List<Forbid> forbids,
      Consumer<Problem> problems) {
    this.definitions = definitions;
    this.segments = segments;
    this.relations = relations;
    this.roles = roles;
    this.forbids = forbids;
    this.problems = problems;
  }

  /** Null when there is none. */
  BreakGlass read(Yaml node) {
    if (node == null) {
      return null;
    }
    Fields fields = new Fields(node, "break-glass", KEYS, problems);
    Set<String> who = new TreeSet<>();
    for (RoleRules.Pattern role : needed(fields, "roles", "who may, as [nurse, physician]")) {
      known(role, "role", roles.keySet(), "E-ROLE");
      who.add(role.text());
    }
    List<String> purposes = new ArrayList<>();
    for (RoleRules.Pattern purpose : needed(fields, "purpose", "the token's, as [BTG]")) {
      ordinary(purpose, who);
      purposes.add(purpose.text());
    }
    Set<String> lifted = new TreeSet<>();
    Set<String> lain = new TreeSet<>();
    List<String> lifts = new ArrayList<>();
    for (RoleRules.Pattern lift : needed(fields, "lifts", "conditions, as [relation:care-team]")) {
      lift(lift, lifted, lain);
      lifts.add(lift.text());
    }
    Problem.Location needsAt = fields.at("needs");
    Yaml given = fields.take("needs");
    Fields needs =
        new Fields(
            given == null ? new Yaml.Mapping(List.of(), needsAt) : given,
            fields.path("needs"),
            Set.of("reason", "reason-claim", "token-acr"),
            problems);
    int reason = number(needs);
    String claim = needs.text("reason-claim", "");
    List<String> acr = new TermsReader(definitions, relations, problems).values(needs);
    needs.finish();
    if (acr.isEmpty()) {
      problems.accept(
          Problem.warning(
              needsAt,
              fields.path("needs"),
              "asks for no second factor (token-acr): whoever has a token breaks the glass",
              "W-BREAK-GLASS"));
    }
    int lasts = lasts(fields);
    Problem.Location notifyAt = fields.at("notify");
    String notify = fields.text("notify", "");
    if (!NAME.matcher(notify).matches()) {
      problems.accept(
          Problem.error(
              notifyAt,
              fields.path("notify"),
              "must name who is told, as privacy-office: glass that nobody hears breaking is an"
                  + " open door",
              "E-MISSING"));
    }
    fields.finish();
    return new BreakGlass(
        who, purposes, lifted, segments.bits(lain), reason, claim, acr, lasts, notify, lifts);
  }

  private List<RoleRules.Pattern> needed(Fields fields, String key, String what) {
    List<RoleRules.Pattern> given = fields.texts(key);
    if (given.isEmpty()) {
      fields.error(fields.at(), key + " is missing: " + what, "E-MISSING");
    }
    return given;
  }

  /** A purpose that a role has anyway would be given without breaking anything. */
  private void ordinary(RoleRules.Pattern purpose, Set<String> who) {
    for (String role : who) {
      if (roles.containsKey(role) && roles.get(role).purposes().contains(purpose.text())) {
        error(
            purpose,
            "is an ordinary purpose of roles."
                + role
                + ", which would need no reason and tell nobody. Take it out of the role.",
            "E-BREAK-GLASS");
      }
    }
  }

  private void lift(RoleRules.Pattern lift, Set<String> lifted, Set<String> lain) {
    String text = lift.text();
    if (text.startsWith("relation:")) {
      String name = text.substring("relation:".length());
      known(named(lift, name), "relation", relations.keySet(), "E-RELATION");
      lifted.add(name);
    } else if (text.startsWith("segment:")) {
      String name = text.substring("segment:".length());
      known(named(lift, name), "segment", new TreeSet<>(segments.names()), "E-SEGMENT");
      lain.add(name);
      long bits = segments.names().contains(name) ? segments.bits(Set.of(name)) : 0;
      if (forbids.stream().anyMatch(forbid -> (forbid.segments() & bits) != 0)) {
        problems.accept(
            Problem.warning(
                lift.at(),
                lift.path(),
                "a forbid keeps '" + name + "' back, which is never lifted",
                "W-BREAK-GLASS"));
      }
    } else {
      error(lift, "must be relation:NAME or segment:NAME: nothing else is lifted", "E-VALUE");
    }
  }

  private static RoleRules.Pattern named(RoleRules.Pattern lift, String name) {
    return new RoleRules.Pattern(name, lift.at(), lift.path());
  }

  private void known(RoleRules.Pattern word, String what, Set<String> words, String code) {
    if (!words.contains(word.text())) {
      error(
          word,
          "there is no " + what + " '" + word.text() + "'." + Nearest.hint(word.text(), words),
          code);
    }
  }

  /** {@code reason: 20}. */
  private int number(Fields needs) {
    Problem.Location at = needs.at("reason");
    String text = needs.text("reason", "");
    boolean number = text.matches("[0-9]{1,4}");
    int least = number ? Integer.parseInt(text) : 0;
    if (least < 1 || least > BreakGlass.REASON_CHARS_MAX) {
      problems.accept(
          Problem.error(
              at,
              needs.path("reason"),
              "must be how many characters the reason has at least, from 1 to "
                  + BreakGlass.REASON_CHARS_MAX
                  + ", as 20",
              "E-VALUE"));
    }
    return least;
  }

  private int lasts(Fields fields) {
    Problem.Location at = fields.at("lasts");
    Matcher duration = DURATION.matcher(fields.text("lasts", "60m"));
    int seconds = 0;
    if (duration.matches()) {
      int unit = Map.of("s", 1, "m", 60, "h", 3600).get(duration.group(2));
      seconds = Integer.parseInt(duration.group(1)) * unit;
    }
    if (seconds < 1 || seconds > LASTS_SECONDS_MAX) {
      problems.accept(
          Problem.error(at, fields.path("lasts"), "must be from 1s to 24h, as 60m", "E-VALUE"));
    }
    return seconds;
  }

  private void error(RoleRules.Pattern at, String message, String code) {
    problems.accept(Problem.error(at.at(), at.path(), message, code));
  }
}
