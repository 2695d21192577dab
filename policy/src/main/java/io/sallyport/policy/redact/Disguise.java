package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a view with pseudonyms makes of ids and of whatever may hold one. A reference stays where it
 * names a resource of the record system by its id; one that names it otherwise, or somebody else's,
 * goes.
 */
final class Disguise {
  /** What the string of a slot is. */
  enum Kind {
    /** The id of the resource itself. */
    ID,
    /** Reference.reference. */
    REFERENCE,
    /** The name of a thing, which may be where it is: uri, canonical, uuid. */
    NAME,
    /** Where something is: url. */
    PLACE
  }

  /** What may stay in a name without a scheme: a word, and no relative reference. */
  private static final Pattern WORD = Pattern.compile("[^/?#]*");

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.\\-]*:.*");
  private static final Pattern RESOURCE = Pattern.compile("/([A-Z][A-Za-z]+)(?=/[A-Za-z0-9\\-.])");

  /**
   * As what the ids of contained resources are sealed: they mean something in one resource only.
   */
  private static final String CONTAINED = "#";

  private final Definitions definitions;
  private final Pseudonyms pseudonyms;
  private final boolean versions;

  /** The types that are no names of things: a URL that leads to one of them has an id. */
  private final Set<String> records = new TreeSet<>();

  Disguise(Definitions definitions, Pseudonyms pseudonyms, boolean versions) {
    this.definitions = definitions;
    this.pseudonyms = pseudonyms;
    this.versions = versions;
    for (String type : definitions.resources()) {
      boolean named =
          definitions.type(type).elements().stream()
              .anyMatch(element -> element.name().equals("url"));
      if (!named) {
        records.add(type);
      }
    }
  }

  /** What a state holds at a path, from one of its steps on: the most of all types of a choice. */
  static View.Holds holds(Node node, String[] steps, int at) {
    View.Holds most = View.Holds.NOTHING;
    for (Slot slot : node.slots) {
      if (slot.underscore || !View.names(slot, node, steps[at])) {
        continue;
      }
      View.Holds one;
      if (slot.child != null && at + 1 < steps.length) {
        one = holds(slot.child, steps, at + 1);
      } else {
        boolean whole = slot.child != null && slot.child.type.equals("Reference");
        one = whole ? View.Holds.REFERENCE : holds(slot.disguised);
      }
      most = one.compareTo(most) > 0 ? one : most;
    }
    return most;
  }

  private static View.Holds holds(Kind kind) {
    if (kind == null) {
      return View.Holds.NOTHING;
    }
    return switch (kind) {
      case ID -> View.Holds.ID;
      case REFERENCE -> View.Holds.REFERENCE;
      case NAME, PLACE -> View.Holds.NAME;
    };
  }

  Pseudonyms pseudonyms() {
    return pseudonyms;
  }

  /**
   * What is shown of an id, a reference or a URL; null when nothing is.
   *
   * @param type whose id it is, for an id
   * @param contained whether the id is one of a contained resource
   */
  String of(Kind kind, String text, String type, boolean contained, Bases bases) {
    if (kind == Kind.ID) {
      return pseudonyms.of(contained ? CONTAINED : type, text);
    }
    if (text.startsWith("#")) {
      String inside = text.length() == 1 ? "" : pseudonyms.of(CONTAINED, text.substring(1));
      return inside == null ? null : "#" + inside;
    }
    Bases.Literal literal = bases.literal(text);
    if (literal != null) {
      return literal(literal, bases);
    }
    boolean stays = kind == Kind.NAME && !bases.ours(text) && isName(text);
    return stays ? text : null;
  }

  private String literal(Bases.Literal literal, Bases bases) {
    String pseudonym =
        definitions.isResource(literal.type()) ? pseudonyms.of(literal.type(), literal.id()) : null;
    if (pseudonym == null) {
      return null;
    }
    String version =
        versions && !literal.version().isEmpty() ? "/_history/" + literal.version() : "";
    String base = literal.absolute() ? bases.rebase.external() + "/" : "";
    return base + literal.type() + "/" + pseudonym + version;
  }

  private boolean isName(String text) {
    if (!SCHEME.matcher(text).matches()) {
      return WORD.matcher(text).matches();
    }
    if (text.regionMatches(true, 0, "urn:uuid:", 0, 9)) {
      return false;
    }
    Matcher types = RESOURCE.matcher(text);
    while (types.find()) {
      if (records.contains(types.group(1))) {
        return false;
      }
    }
    return true;
  }
}
