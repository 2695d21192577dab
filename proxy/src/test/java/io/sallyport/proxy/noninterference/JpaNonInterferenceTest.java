package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sallyport.proxy.noninterference.World.Stored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The master test before record systems whose search is somebody else's: HAPI JPA on H2. */
@Tag("long")
class JpaNonInterferenceTest {
  /** Requests for all roles together; some twenty a second. */
  private static final int REQUESTS = Integer.getInteger("sallyport.jpa.requests", 12_000);

  private static final int TRIES_MAX = 4;

  @TempDir private Path dir;
  private JpaEhr first;
  private JpaEhr second;

  @BeforeEach
  void start() throws IOException {
    String home = System.getProperty("jpa.home");
    assertThat(home).as("the profile long builds it: mvn -Plong").isNotNull();
    first = new JpaEhr(Path.of(home), dir);
    second = new JpaEhr(Path.of(home), dir);
  }

  @AfterEach
  void end() throws IOException {
    first.close();
    second.close();
  }

  @Test
  void requestsAreAnsweredTheSameBeforeAJpaServer() throws IOException {
    long seed = NonInterferenceTest.seed();
    String only = System.getProperty("sallyport.jpa.role", "");
    World world = settled(World.make(seed).all().stream().map(stored -> stored.tree).toList());
    List<Sample> samples = new ArrayList<>(Sample.all());
    samples.addAll(Sample.more());
    samples.removeIf(sample -> !sample.name.contains(only));
    List<String> differences = new ArrayList<>();
    Tally tally = new Tally();
    for (Sample sample : samples) {
      load(sample, world, seed);
      Twins twins =
          new Twins(
              sample,
              first.kept(),
              second.kept(),
              kept -> kept == first.kept() ? first : second,
              true, // it numbers searches at random
              seed,
              Twins.Leak.NONE);
      twins.run(REQUESTS / samples.size(), tally, differences);
    }
    System.out.println(tally);
    assertThat(differences).isEmpty();
    tally.requireThatItLooked();
  }

  /**
   * Loads the world and its twin. Where the server makes of two resources that look the same two
   * that do not (it drops what nothing refers to), both worlds hold the first.
   */
  private void load(Sample sample, World world, long seed) throws IOException {
    Twin twin = new Twin(sample, seed);
    List<ObjectNode> twins = new ArrayList<>();
    World twinned = twin.of(world);
    twinned.all().forEach(stored -> twins.add(stored.tree));
    for (Stored stored : world.all()) {
      // What others refer to stays: the server finds nothing by references that lead nowhere.
      if (twinned.find(stored.type, stored.id) == null) {
        twins.add(stored.tree);
      }
    }
    World other = settled(twins);
    first.load(world);
    second.load(other);
    first.awaitReady();
    second.awaitReady();
    for (int i = 0; ; i++) {
      List<ObjectNode> trees = new ArrayList<>();
      String differing = "";
      for (Stored stored : other.all()) {
        Stored one = first.kept().find(stored.type, stored.id);
        Stored two = second.kept().find(stored.type, stored.id);
        Stored original = world.find(stored.type, stored.id);
        boolean shown = original != null && sample.gives(stored.tree);
        boolean same =
            one == null || two == null
                ? original == null || one == two
                : !shown || twin.shown(one.tree).equals(twin.shown(two.tree));
        trees.add(same ? stored.tree : original.tree);
        if (!same) {
          String had = one == null ? "none" : twin.shown(one.tree);
          differing =
              stored.id + ":\n  " + had + "\n  " + (two == null ? "none" : twin.shown(two.tree));
        }
      }
      if (differing.isEmpty()) {
        return;
      }
      assertThat(i)
          .as("%s: tries to make worlds that look the same; %s", sample.name, differing)
          .isLessThan(TRIES_MAX);
      other = new World(trees);
      second.load(other);
      second.awaitReady();
    }
  }

  /** As this server can keep it: it numbers versions itself, the second or the third. */
  private static World settled(List<ObjectNode> trees) {
    List<ObjectNode> settled = new ArrayList<>();
    for (ObjectNode tree : trees) {
      ObjectNode copy = tree.deepCopy();
      ObjectNode meta = copy.withObject("/meta");
      meta.put("versionId", "" + (2 + meta.get("versionId").asInt() % 2));
      // The server keeps one display for a tag wherever it stands, hidden resources included.
      meta.path("tag").forEach(tag -> ((ObjectNode) tag).remove("display"));
      settled.add(copy);
    }
    return new World(settled);
  }
}
