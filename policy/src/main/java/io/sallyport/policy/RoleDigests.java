package io.sallyport.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a role may do with, and see of, each resource type, as a digest: two policies in which a
 * role has the same digests give it the same view. Made of what {@link Explainer} says, without the
 * places in the file, and of what holds for the whole role. What the codes of a segment are is not
 * in it: the text of the policy or value set that lists them has changed then.
 */
public final class RoleDigests {
  /** Which forbid it was: its place in the file says nothing. */
  private static final Pattern NUMBER = Pattern.compile("\\[\\d+]");

  private RoleDigests() {}

  /** By type, hex; what is not listed the role has no rule for. Empty for an unknown role. */
  public static Map<String, String> of(PolicySet policy, String name) {
    Map<String, String> digests = new TreeMap<>();
    Abilities abilities = policy.abilities(name);
    if (abilities == null) {
      return digests;
    }
    Role role = abilities.role();
    String general = general(role);
    for (String type : role.rules().types().keySet()) {
      digests.put(type, digest(general + said(policy.explain(role.name(), type))));
    }
    return digests;
  }

  private static String general(Role role) {
    RoleRules rules = role.rules();
    StringBuilder text = new StringBuilder();
    text.append(new TreeSet<>(role.purposes())).append(role.observed()).append('\n');
    text.append(rules.keepDerived()).append(new TreeSet<>(rules.tags())).append(rules.absent());
    text.append(rules.versions()).append(rules.smallestCount()).append('\n');
    text.append(rules.pseudonym() != null).append('\n');
    CompartmentRule compartment = rules.compartment();
    if (compartment != null) {
      text.append(compartment.claim()).append(' ').append(compartment.membership());
      text.append(new TreeSet<>(compartment.beside()));
    }
    return text.append('\n').toString();
  }

  private static String said(Explanation e) {
    StringBuilder text = new StringBuilder();
    text.append(e.terms()).append(new TreeSet<>(e.interactions())).append(e.forbidden());
    text.append(e.withheld()).append(e.includes()).append('\n');
    for (Explanation.Element element : e.elements()) {
      text.append(element.path()).append(' ').append(element.seen());
      // How it is changed is part of the view; by which words it is hidden is not.
      if (element.seen() == Explanation.Seen.CHANGED) {
        text.append(' ').append(element.by());
      }
      text.append('\n');
    }
    for (Explanation.Parameter parameter : e.parameters()) {
      text.append(parameter.code()).append(' ').append(parameter.searchable()).append('\n');
    }
    return NUMBER.matcher(text).replaceAll("");
  }

  private static String digest(String text) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }
}
