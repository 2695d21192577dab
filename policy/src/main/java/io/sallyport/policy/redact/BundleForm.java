package io.sallyport.policy.redact;

import java.util.Set;

/**
 * Which Bundle answers a request, and which entries can be part of it at all. It comes from the
 * request; what an entry's own facts must say besides is the release rule's.
 *
 * @param history whether it is of versions, each with the request that made it, and not of matches
 * @param types the types of the entries that come by themselves, and not as includes
 * @param id the one resource that all entries are versions of; "" for any
 * @param patient the one patient that all entries are about; "" for any
 * @param deletions whether what says of a resource only that it was deleted is released
 */
public record BundleForm(
    boolean history, Set<String> types, String id, String patient, boolean deletions) {
  /** What a record system answers to a search that matches nothing. */
  public static final String NOTHING_FOUND =
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0}";

  public BundleForm {
    types = Set.copyOf(types);
  }

  /** The matches of a search, all of one type, and what is included. */
  public static BundleForm search(String type) {
    return new BundleForm(false, Set.of(type), "", "", false);
  }

  /**
   * Versions of a type.
   *
   * @param id of one resource; "" for all
   */
  public static BundleForm history(String type, String id, boolean deletions) {
    return new BundleForm(true, Set.of(type), id, "", deletions);
  }

  /** A patient's records, whatever their type; nothing is included. */
  public static BundleForm everything(Set<String> types, String patient) {
    return new BundleForm(false, types, "", patient, false);
  }

  /** Bundle.type. */
  String code() {
    return history ? "history" : "searchset";
  }

  /** Whether its entries say by a search mode what they are. */
  boolean modes() {
    return !history && patient.isEmpty();
  }

  /** Whether an entry with these facts can be one of those asked for. */
  boolean holds(Fact fact) {
    boolean version = id.isEmpty() || fact.id().equals(id);
    boolean about =
        patient.isEmpty()
            || (fact.type().equals("Patient")
                ? fact.id().equals(patient)
                : fact.patients().contains(patient));
    return version && about;
  }
}
