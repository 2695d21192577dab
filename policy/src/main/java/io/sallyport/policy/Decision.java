package io.sallyport.policy;

import io.sallyport.policy.fhir.Interaction;
import io.sallyport.policy.fhir.Interaction.Parameter;
import io.sallyport.policy.redact.BundleForm;
import io.sallyport.policy.redact.Included;
import io.sallyport.policy.redact.Total;
import io.sallyport.policy.redact.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the policy says of one {@link AccessRequest}. */
public sealed interface Decision {
  /** The role that applied, or "" when none did. */
  String role();

  /** The purpose of use that applied, or "". */
  String purpose();

  /** The rule that decided, as a path into the policy: {@code roles.nurse.types.Patient}. */
  String rule();

  /**
   * The access may happen, seen through {@code view}.
   *
   * @param interaction the interaction as the upstream shall see it (canonical, narrowed)
   * @param view what the caller may see of the answer
   * @param release what a resource must be to be released
   * @param includes what may be released beside the matches of a search
   * @param types the types of the entries that come by themselves, where it is answered by a Bundle
   * @param shown the interaction as the caller may read it again: with pseudonyms where it is given
   *     them
   * @param nothing whether it asks for what cannot be: then the record system is not asked, and the
   *     answer is the one of a record system that has nothing of it
   */
  record Permit(
      String role,
      String purpose,
      String rule,
      Interaction interaction,
      View view,
      ReleaseRule release,
      List<Included> includes,
      Set<String> types,
      Interaction shown,
      boolean nothing)
      implements Decision {
    public Permit {
      includes = List.copyOf(includes);
      types = Set.copyOf(types);
    }

    /** Of one type, whose interaction the caller may read as the record system is sent it. */
    public Permit(
        String role,
        String purpose,
        String rule,
        Interaction interaction,
        View view,
        ReleaseRule release,
        List<Included> includes) {
      this(
          role,
          purpose,
          rule,
          interaction,
          view,
          release,
          includes,
          Set.of(interaction.type()),
          interaction,
          false);
    }

    /** The same of several types. */
    Permit of(Set<String> several) {
      return new Permit(
          role, purpose, rule, interaction, view, release, includes, several, shown, nothing);
    }

    /**
     * Whether every match of a search is released whatever it holds, so that the upstream's number
     * of matches tells nothing that is hidden. Whatever makes a release depend on a resource is
     * asked here.
     */
    public boolean unfiltered() {
      return interaction.kind() != Interaction.Kind.EVERYTHING && givesEvery(interaction.type());
    }

    /** Whether every resource of a type is released whatever it holds. */
    public boolean givesEvery(String type) {
      return release.unconditional(type) && view.showsEvery(type);
    }

    /**
     * Whether the order of a search's matches must be one that what is shown decides. A record
     * system orders what a search leaves open by anything it likes, which may be hidden.
     */
    public boolean ordered() {
      return interaction.kind() == Interaction.Kind.SEARCH
          && !interaction.counts()
          && !(unfiltered() && view.everything());
    }

    /** Which Bundle answers it, where one does. */
    public BundleForm form() {
      String type = interaction.type();
      return switch (interaction.kind()) {
        case HISTORY -> BundleForm.history(type, interaction.id(), unfiltered());
        case EVERYTHING -> BundleForm.everything(types, interaction.id());
        default -> BundleForm.search(type);
      };
    }

    /** How many matches are on a page where the caller does not say and we cannot leave it open. */
    private static final String PAGE = "50";

    /**
     * The same with a page size, where matches may be withheld: our pages are filled to it, so that
     * their size does not tell of what is missing.
     */
    Permit paged() {
      if (unfiltered() || interaction.count() >= 0) {
        return this;
      }
      return new Permit(
          role,
          purpose,
          rule,
          paged(interaction),
          view,
          release,
          includes,
          types,
          paged(shown),
          nothing);
    }

    /** The same, whose caller reads another interaction than the record system. */
    Permit said(Interaction read, boolean names) {
      return new Permit(
          role, purpose, rule, interaction, view, release, includes, types, read, names);
    }

    private static Interaction paged(Interaction search) {
      List<Parameter> parameters = new ArrayList<>(search.parameters());
      parameters.add(new Parameter("_count", "", PAGE));
      return search.with(parameters);
    }

    /** What may be said of the number of a search's matches. */
    public Total total() {
      return new Total(
          interaction.results().wantsTotal(),
          unfiltered(),
          interaction.counts(),
          view.smallestCount());
    }
  }

  /**
   * The access is refused.
   *
   * @param detail for the log and the journal; no data
   * @param acr how the caller would have to log in, where that is the reason; else empty
   */
  record Deny(
      String role, String purpose, String rule, Reason reason, String detail, List<String> acr)
      implements Decision {
    public Deny(String role, String purpose, String rule, Reason reason, String detail) {
      this(role, purpose, rule, reason, detail, List.of());
    }
  }
}
