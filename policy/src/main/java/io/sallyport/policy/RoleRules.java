package io.sallyport.policy;

import io.sallyport.policy.redact.CodeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One role as the file writes it, before it is compiled against the definitions.
 *
 * @param name as {@code nurse}
 * @param types the rules by resource type; the keys {@code *} and {@code *compartment} are expanded
 *     by the reader
 * @param hide role-level patterns: {@code Type.path}, a bare datatype, {@code *.path}, {@code
 *     **.name}, {@code Extension(url)}
 * @param change role-level patterns likewise, and what is made of their elements
 * @param keepDerived whether narrative and {@code Signature.data} stay where something is hidden
 * @param tags which of REDACTED, ABSTRED (meta.security) and SUBSETTED (meta.tag) partial views
 *     carry
 * @param absent the data-absent-reason code for hidden required elements: {@code unknown} or {@code
 *     masked}
 * @param versions whether versionId, lastUpdated, ETag and Last-Modified are shown
 * @param acceptRisk role-level patterns whose hiding of modifier elements is accepted
 * @param compartment what binds it to one patient; null for nothing
 * @param denied the segments whose resources it is not given, as bits
 * @param watch the codes of these segments, and of those that a forbid may deny it
 * @param smallestCount numbers of matches from 1 up to below it are not told; 1 tells all
 * @param pseudonym the key whose pseudonyms stand in the place of ids; null shows ids as they are
 * @param facts the elements that the release of resources may depend on
 */
public record RoleRules(
    String name,
    Map<String, TypeRule> types,
    List<Pattern> hide,
    List<Change> change,
    boolean keepDerived,
    Set<String> tags,
    String absent,
    boolean versions,
    Set<String> acceptRisk,
    CompartmentRule compartment,
    long denied,
    CodeSet watch,
    int smallestCount,
    AudienceKey pseudonym,
    FactKeys facts) {

  /** One whose releases depend on no element. */
  public RoleRules(
      String name,
      Map<String, TypeRule> types,
      List<Pattern> hide,
      List<Change> change,
      boolean keepDerived,
      Set<String> tags,
      String absent,
      boolean versions,
      Set<String> acceptRisk,
      CompartmentRule compartment,
      long denied,
      CodeSet watch,
      int smallestCount,
      AudienceKey pseudonym) {
    this(
        name,
        types,
        hide,
        change,
        keepDerived,
        tags,
        absent,
        versions,
        acceptRisk,
        compartment,
        denied,
        watch,
        smallestCount,
        pseudonym,
        FactKeys.NONE);
  }

  /** The same, whose releases depend on these. */
  RoleRules with(FactKeys keys) {
    return new RoleRules(
        name,
        types,
        hide,
        change,
        keepDerived,
        tags,
        absent,
        versions,
        acceptRisk,
        compartment,
        denied,
        watch,
        smallestCount,
        pseudonym,
        keys);
  }

  /**
   * What a role may do with, and see of, one type.
   *
   * @param does the interactions, as {@code read}
   * @param showAll {@code show: all}
   * @param show the allow-list when not {@code showAll}
   * @param hide what is subtracted
   * @param change what is shown rewritten
   * @param search the parameters allowed, narrowing the closure; null when not given
   * @param include what its searches may bring beside their matches
   * @param acceptRisk modifier elements whose hiding is accepted
   * @param at where the rule stands
   */
  public record TypeRule(
      String type,
      Set<String> does,
      boolean showAll,
      List<Pattern> show,
      List<Pattern> hide,
      List<Change> change,
      List<Pattern> search,
      List<Include> include,
      Set<String> acceptRisk,
      Problem.Location at) {

    /** One whose searches bring nothing beside their matches. */
    public TypeRule(
        String type,
        Set<String> does,
        boolean showAll,
        List<Pattern> show,
        List<Pattern> hide,
        List<Change> change,
        List<Pattern> search,
        Set<String> acceptRisk,
        Problem.Location at) {
      this(type, does, showAll, show, hide, change, search, List.of(), acceptRisk, at);
    }
  }

  /**
   * A pair by which a search may bring resources beside its matches.
   *
   * @param reverse whether what links to an entry comes, and not what an entry links to
   * @param source the type that holds the link
   * @param code its search parameter
   * @param target the one type that it leads to; "" for all that it may lead to
   * @param written as the file has it: {@code rev:Provenance:target}
   */
  public record Include(
      boolean reverse, String source, String code, String target, Pattern written) {}

  /**
   * An element pattern or parameter name as written, and where.
   *
   * @param path the path inside the document: {@code roles.nurse.types.Patient.hide[0]}
   */
  public record Pattern(String text, Problem.Location at, String path) {}

  /**
   * An element that is shown rewritten.
   *
   * @param pattern the element
   * @param method as written: {@code year}
   * @param argument what the method takes; null when none is given
   * @param named what it takes by name, as {@code days} and {@code key}; empty when nothing
   * @param key the key of the name that it takes; null when it takes none
   * @param at where the method stands
   */
  public record Change(
      Pattern pattern,
      String method,
      String argument,
      Map<String, Pattern> named,
      AudienceKey key,
      Problem.Location at) {

    /** One that takes nothing by name. */
    public Change(Pattern pattern, String method, String argument, Problem.Location at) {
      this(pattern, method, argument, Map.of(), null, at);
    }

    /** The method as the policy writes it: {@code year}, {@code round: 5}. */
    public String text() {
      if (!named.isEmpty()) {
        List<String> said = new ArrayList<>();
        named.forEach((name, value) -> said.add(name + ": " + value.text()));
        return method + ": {" + String.join(", ", said) + "}";
      }
      return method + (argument == null ? "" : ": " + argument);
    }
  }
}
