package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.proxy.noninterference.MemoryEhr.Asked;
import io.sallyport.proxy.noninterference.Trial.Ask;
import io.sallyport.proxy.noninterference.Trial.Got;
import io.sallyport.proxy.noninterference.Twins.Leak;
import io.sallyport.proxy.noninterference.World.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leaks as others have had them, planted around the appliance: the harness must find each. */
class PlantedLeakTest {
  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        patient: {claim: patient}
      segments:
        restricted: {labels: [v3-Confidentiality|R]}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active"}
      roles:
        reader:
          purpose: [TREAT]
          versions: show
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate]}
            Observation: {do: [read, search], show: all, hide: [method]}
        includer:
          purpose: [TREAT]
          deny-segments: [restricted]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate]}
            Observation: {do: [read, search], show: all, include: ["Observation:subject"]}
        carer:
          purpose: [TREAT]
          when: [care-team]
          types:
            Patient: {do: [read, search], show: all, hide: [birthDate]}
            Observation: {do: [read, search], show: all, include: ["Observation:subject"]}
        app:
          purpose: [PATRQT]
          compartment: {Patient: token.patient, membership: subject}
          types:
            Observation: {do: [read, search], show: all}
            Condition: {do: [read, search], show: all}
      """;

  private static final int REQUESTS = 600;

  private static final long SEED = 1; // what is planted is there or not: nothing to search

  private final World world = World.make(SEED);
  private final Sample reader = Sample.of("planted", POLICY).get(0);
  private final Sample includer = Sample.of("planted", POLICY).get(1);
  private final Sample carer = Sample.of("planted", POLICY).get(2);
  private final Sample app = Sample.of("planted", POLICY).get(3);

  private List<String> differences(Sample sample, Leak leak) {
    List<String> differences = new ArrayList<>();
    new Twins(sample, world, SEED, leak).run(REQUESTS, new Tally(), differences);
    return differences;
  }

  @Test
  void withoutALeakNothingDiffers() {
    assertThat(differences(reader, Leak.NONE)).isEmpty();
    assertThat(differences(app, Leak.NONE)).isEmpty();
    assertThat(differences(carer, Leak.NONE)).isEmpty();
  }

  /** A record system that says of everybody that the caller is of their team. */
  @Test
  void aRelationThatHoldsWithEverybodyIsFound() {
    Leak leak =
        new Leak() {
          @Override
          public Set<String> team() {
            return new AbstractSet<>() {
              @Override
              public boolean contains(Object patient) {
                return true;
              }

              @Override
              public Iterator<String> iterator() {
                return Sample.TEAM.iterator();
              }

              @Override
              public int size() {
                return Sample.TEAM.size();
              }
            };
          }
        };
    assertThat(differences(carer, leak)).isNotEmpty();
  }

  /** HAPI #6065, and many others: what is not shown can be searched by. */
  @Test
  @Tag("A3")
  void aSearchByAHiddenElementIsFound() {
    List<Asked> smuggled = new ArrayList<>();
    Leak leak =
        new Leak() {
          @Override
          public Ask ask(Ask ask) {
            smuggled.clear();
            if (!ask.path().equals("/fhir/Patient") || !ask.method().equals("GET")) {
              return ask;
            }
            String year =
                "" + (1932 + Math.floorMod(ask.query() == null ? 0 : ask.query().hashCode(), 80));
            smuggled.add(new Asked("birthdate", "ge" + year));
            return Ask.get(ask.path(), null);
          }

          @Override
          public MemoryEhr ehr(World world) {
            return new MemoryEhr(world) {
              @Override
              List<Asked> understood(List<Asked> asked) {
                asked.addAll(smuggled);
                return asked;
              }
            };
          }
        };
    assertThat(differences(reader, leak)).isNotEmpty();
  }

  /** A record system that orders by what it holds what is not sorted, and what ties. */
  @Test
  @Tag("A4")
  void anOrderThatHiddenValuesDecideIsFound() {
    Leak leak =
        new Leak() {
          @Override
          public MemoryEhr ehr(World world) {
            return new MemoryEhr(world) {
              @Override
              List<Asked> understood(List<Asked> asked) {
                asked.replaceAll(
                    one ->
                        one.code().equals("_sort")
                            ? new Asked("_sort", one.value().replaceAll("(^|,)_id$", ""))
                            : one);
                return asked;
              }
            };
          }
        };
    assertThat(differences(reader, leak)).isNotEmpty();
    assertThat(differences(app, leak)).isNotEmpty();
  }

  /** As some anonymizers do: a label where something was taken out, and none where nothing was. */
  @Test
  @Tag("C14")
  void aLabelOnlyWhereSomethingWasHiddenIsFound() {
    Leak leak =
        new Leak() {
          @Override
          public Got got(Got got, Trial trial) {
            if (got.status() != 200 || trial.given().isEmpty() || trial.reference().contains("?")) {
              return got;
            }
            Stored stored = trial.reply().resources().get(0);
            return seesAllOf(stored) ? with(got, "\"code\":\"REDACTED\"", "\"code\":\"N\"") : got;
          }
        };
    assertThat(differences(reader, leak)).isNotEmpty();
  }

  private boolean seesAllOf(Stored stored) {
    try {
      Tree tree = Tree.parse(stored.json);
      return Tree.render(reader.redact(tree)).equals(Tree.render(tree));
    } catch (IOException wrong) {
      throw new UncheckedIOException(wrong);
    }
  }

  /** A record system that takes no notice of whose records are asked for, and has one page. */
  private static class Careless implements Leak {
    @Override
    public MemoryEhr ehr(World world) {
      return new MemoryEhr(world) {
        @Override
        List<Asked> understood(List<Asked> asked) {
          asked.removeIf(one -> Maker.ABOUT.contains(one.code()) || one.code().equals("_count"));
          asked.add(new Asked("_count", "1000"));
          return asked;
        }
      };
    }
  }

  @Test
  @Tag("A17")
  void aRecordSystemThatIgnoresWhoIsAskedAboutGivesNothingAway() {
    assertThat(differences(app, new Careless())).isEmpty();
  }

  /** HAPI #1507: the total counts what was withheld. */
  @Test
  @Tag("A13")
  void aTotalTakenFromTheRecordSystemIsFound() {
    Leak leak =
        new Careless() {
          @Override
          public Got got(Got got, Trial trial) {
            return trial.reply() == null
                ? got
                : with(got, "\"total\":[0-9]+", "\"total\":" + trial.given().size());
          }
        };
    assertThat(differences(app, leak)).isNotEmpty();
  }

  /** Every search of Observations asks for whom they are about, too. */
  private static class Including implements Leak {
    @Override
    public Ask ask(Ask ask) {
      boolean search = ask.path().equals("/fhir/Observation") && ask.method().equals("GET");
      if (!search || (ask.query() != null && ask.query().contains("include"))) {
        return ask;
      }
      String more = "_include=Observation%3Asubject";
      return Ask.get(ask.path(), ask.query() == null ? more : ask.query() + "&" + more);
    }
  }

  @Test
  @Tag("A10")
  void includesOfWhatIsWithheldGiveNothingAway() {
    assertThat(differences(includer, new Including())).isEmpty();
  }

  /** The Conditions go, and the Patients whom they brought say who has them. */
  @Test
  void anOrphanedIncludeIsFound() {
    Leak leak =
        new Including() {
          @Override
          public Got got(Got got, Trial trial) {
            boolean any =
                got.status() == 200
                    && trial.given().stream().anyMatch(s -> s.type.equals("Patient"));
            String ids =
                trial.given().stream().filter(s -> s.type.equals("Patient")).map(s -> s.id).toList()
                    + "";
            return any ? with(got, "\"link\":", "\"orphans\":\"" + ids + "\",\"link\":") : got;
          }
        };
    assertThat(differences(includer, leak)).isNotEmpty();
  }

  /** What a resource must say is written in the policy, and nobody asks the resource. */
  @Test
  void aConditionOnResourcesThatIsNotHeldIsFound() {
    assertThat(differences(Said.samples().get(0), Leak.NONE)).isEmpty();
    assertThat(differences(Said.samples().get(0), new Including())).isEmpty();
    String without = Said.POLICY.replaceAll("when:\\n( +- .*\\n)+", "\n");
    assertThat(without).contains("when: \"resource.class").doesNotContain("resource.status");
    assertThat(differences(Said.samples(without).get(0), Leak.NONE)).isNotEmpty();
  }

  /** The token says of which resources, and nobody asks them: the record system gave all. */
  @Test
  void aScopesConstraintThatIsNotHeldIsFound() {
    assertThat(differences(Said.samples().get(1), new Careless())).isEmpty();
    String without = Said.POLICY.replace("scopes: enforce", "scopes: ignore");
    assertThat(differences(Said.samples(without).get(1), new Careless())).isNotEmpty();
  }

  private static Got with(Got got, String pattern, String replacement) {
    String body = new String(got.body(), StandardCharsets.UTF_8);
    byte[] other = body.replaceAll(pattern, replacement).getBytes(StandardCharsets.UTF_8);
    return new Got(got.status(), got.headers(), List.of(other), got.end());
  }
}
