package io.sallyport.policy.redact;

import io.sallyport.policy.RoleRules;
import io.sallyport.policy.fhir.Definitions.Element;
import java.util.Set;

/** Marks slots with what they are by their definition, whatever the role's rules say of them. */
final class Marks {
  /** URL-typed primitives: they may carry the upstream's base. */
  private static final Set<String> URLS = Set.of("uri", "url", "canonical");

  private final boolean watches;
  private final boolean pseudonyms;

  Marks(RoleRules rules) {
    watches = !rules.watch().isEmpty();
    pseudonyms = rules.pseudonym() != null;
  }

  /**
   * Marks one.
   *
   * @param owner the type whose element it is
   * @param root whether that is a resource
   * @param type the slot's own
   * @param urls whether a rule hides extensions by their URL
   */
  void set(Slot slot, String owner, boolean root, Element element, String type, boolean urls) {
    String name = element.name();
    boolean reference = owner.equals("Reference") && name.equals("reference");
    slot.reference = reference;
    slot.url = reference || URLS.contains(type);
    slot.base64 = type.equals("base64Binary");
    slot.id = root && name.equals("id");
    slot.meta = root && name.equals("meta");
    if (owner.equals("Meta")) {
      slot.version = name.equals("versionId") || name.equals("lastUpdated");
      slot.metaSecurity = name.equals("security");
      slot.metaTag = name.equals("tag");
    }
    slot.segment =
        watches
            && ((owner.equals("Coding") && name.equals("code"))
                || (owner.equals("Composition") && name.equals("confidentiality")));
    slot.extensionUrl = urls && owner.equals("Extension") && name.equals("url");
    if (pseudonyms) {
      slot.owner = owner;
      slot.disguised = disguised(slot, type);
    }
  }

  private static Disguise.Kind disguised(Slot slot, String type) {
    if (slot.id) {
      return Disguise.Kind.ID;
    }
    if (slot.reference) {
      return Disguise.Kind.REFERENCE;
    }
    if (type.equals("url")) {
      return Disguise.Kind.PLACE;
    }
    return URLS.contains(type) || type.equals("uuid") ? Disguise.Kind.NAME : null;
  }
}
