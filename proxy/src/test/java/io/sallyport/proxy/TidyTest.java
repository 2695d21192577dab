package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Reads our own source. The table of who may know whom <em>is</em> the architecture: a new arrow is
 * a change of this file, and is reviewed as one.
 */
class TidyTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));

  private static final Set<String> POLICY =
      Set.of("policy", "policy.condition", "policy.fhir", "policy.redact", "policy.source");

  /** Package (below io.sallyport) to the packages of ours it may name. */
  private static final Map<String, Set<String>> MAY_KNOW =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("policy", POLICY),
              Map.entry("policy.condition", Set.of("policy", "policy.fhir")),
              Map.entry("policy.source", Set.of("policy")),
              Map.entry("policy.fhir", Set.of("policy")),
              Map.entry("policy.fhir.extract", Set.of("policy", "policy.fhir")),
              Map.entry("policy.redact", Set.of("policy", "policy.fhir")),
              Map.entry("loadtest", Set.of()),
              Map.entry("loadtest.compare", Set.of("loadtest")),
              Map.entry("proxy.kms", Set.of()),
              Map.entry("proxy.journal", Set.of("proxy.kms")),
              Map.entry("proxy.siem", Set.of("proxy.journal")),
              Map.entry("proxy.desk", Set.of()),
              Map.entry("proxy.state", Set.of("proxy.journal", "proxy.kms")),
              Map.entry("proxy.authn", Set.of("policy", "policy.redact")),
              Map.entry(
                  "proxy.exchange", plus(POLICY, "proxy.authn", "proxy.journal", "proxy.state")),
              Map.entry(
                  "proxy.net",
                  Set.of(
                      "policy", "policy.fhir", "policy.redact", "proxy.exchange", "proxy.journal")),
              Map.entry("proxy.ops", Set.of("proxy.exchange", "proxy.journal")),
              // Of the journal: how durable what is, and its bounds.
              Map.entry(
                  "proxy.config",
                  plus(
                      POLICY,
                      "proxy.exchange",
                      "proxy.authn",
                      "proxy.journal",
                      "proxy.kms",
                      "proxy.siem",
                      "proxy.state")),
              Map.entry(
                  "proxy",
                  plus(
                      POLICY,
                      "proxy.cli",
                      "proxy.config",
                      "proxy.desk",
                      "proxy.net",
                      "proxy.ops",
                      "proxy.exchange",
                      "proxy.authn",
                      "proxy.journal",
                      "proxy.kms",
                      "proxy.siem",
                      "proxy.state")),
              Map.entry(
                  "proxy.cli",
                  plus(
                      POLICY,
                      "proxy",
                      "proxy.config",
                      "proxy.desk",
                      "proxy.net",
                      "proxy.ops",
                      "proxy.exchange",
                      "proxy.authn",
                      "proxy.journal",
                      "proxy.kms",
                      "loadtest"))));

  /** A library, and the only packages that may name it. */
  private static final Map<String, Set<String>> LIBRARIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("io.netty.channel", Set.of("proxy.net", "loadtest", "loadtest.compare")),
              Map.entry("io.netty.bootstrap", Set.of("proxy.net", "loadtest", "loadtest.compare")),
              Map.entry("io.netty.handler", Set.of("proxy.net", "loadtest", "loadtest.compare")),
              Map.entry(
                  "io.netty.buffer",
                  Set.of("proxy.net", "proxy.exchange", "loadtest", "loadtest.compare")),
              Map.entry(
                  "io.netty.util",
                  Set.of("proxy.net", "proxy.exchange", "loadtest", "loadtest.compare")),
              Map.entry("net.openhft", Set.of("proxy.journal")),
              // The JSON of a key service beside the tokens.
              Map.entry("com.nimbusds", Set.of("proxy.authn", "proxy.kms", "loadtest")),
              Map.entry("org.bouncycastle", Set.of("proxy.kms", "proxy.cli")),
              Map.entry("org.snakeyaml", Set.of("policy.source")),
              Map.entry("dev.cel", Set.of("policy.condition")),
              Map.entry(
                  "com.fasterxml", Set.of("policy.fhir.extract", "loadtest", "loadtest.compare")),
              Map.entry("picocli", Set.of("proxy", "proxy.cli", "loadtest.compare")),
              Map.entry("ch.qos.logback", Set.of("proxy.ops")),
              Map.entry("ca.uhn", Set.of()),
              Map.entry("org.hl7", Set.of())));

  /** What a pure library does without. */
  private static final Pattern IMPURE =
      Pattern.compile(
          "\\b(java\\.io\\.(File|Reader|InputStream)\\w*|java\\.nio\\.(file|channels)\\.\\w+|java\\.net\\.\\w+"
              + "|java\\.util\\.concurrent\\.(Executor\\w*|CompletableFuture)|java\\.time\\.Clock|org\\.slf4j\\.\\w+"
              + "|Instant\\.now\\(|System\\.currentTimeMillis|new Thread\\()");

  private static final Pattern BANNED =
      Pattern.compile(
          "TODO|FIXME|XXX|@Disabled|@Ignore|printStackTrace\\(|Thread\\.sleep\\(|UnsupportedOperationException"
              + "|[Nn]ot (yet )?implemented");

  private static final Pattern OURS = Pattern.compile("\\bio\\.sallyport\\.([a-z.]*[a-z])\\.[A-Z]");

  private static final int LINES_MAX = 400;

  @Test
  void packagesKnowOnlyWhatTheTableAllows() {
    assertThat(sources("main").flatMap(s -> arrows(s).stream())).isEmpty();
  }

  @Test
  void librariesStayWhereTheyBelong() {
    assertThat(sources("main").flatMap(s -> libraries(s).stream())).isEmpty();
  }

  @Test
  void policyIsPure() {
    assertThat(
            sources("main")
                .filter(s -> POLICY.contains(s.home()))
                .flatMap(s -> matches(s, IMPURE).stream()))
        .isEmpty();
  }

  @Test
  void nothingUnfinishedIsLeftBehind() {
    assertThat(sources("main").flatMap(s -> matches(s, BANNED).stream())).isEmpty();
    assertThat(
            sources("test")
                .filter(s -> !s.path().endsWith("TidyTest.java"))
                .flatMap(s -> matches(s, Pattern.compile("@Disabled|@Ignore|TODO|FIXME")).stream()))
        .isEmpty();
  }

  @Test
  void onlyTheCommandLineSpeaksToTheTerminal() {
    assertThat(
            sources("main")
                .filter(s -> !s.home().equals("proxy.cli") && !s.home().startsWith("loadtest"))
                .filter(s -> !s.home().equals("policy.fhir.extract"))
                .flatMap(s -> matches(s, Pattern.compile("System\\.(out|err)\\b")).stream()))
        .isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    Set<String> silent = new TreeSet<>();
    sources("main")
        .forEach(
            s -> {
              if (!Files.exists(s.path().resolveSibling("package-info.java"))) {
                silent.add(s.home());
              }
            });
    assertThat(silent).isEmpty();
  }

  @Test
  void aFileHoldsOneIdea() {
    assertThat(
            sources("main")
                .filter(s -> s.text().lines().count() > LINES_MAX)
                .map(s -> s.path().getFileName() + ": " + s.text().lines().count() + " lines"))
        .isEmpty();
  }

  @Test
  void noPathOfAMachineIsInTheRepository() {
    assertThat(
            Stream.of("main", "test")
                .flatMap(this::sources)
                .filter(s -> !s.path().endsWith("TidyTest.java"))
                .flatMap(s -> matches(s, Pattern.compile("[\"' ](/work|/home|/root)/")).stream()))
        .isEmpty();
  }

  @Test
  void theScannerFindsWhatItLooksFor() {
    Source wrong =
        new Source(
            Path.of("Wrong.java"),
            "proxy.journal",
            "import io.sallyport.policy.View;\nimport io.netty.channel.Channel;\n// TODO later\n");
    assertThat(arrows(wrong)).hasSize(1);
    assertThat(libraries(wrong)).hasSize(1);
    assertThat(matches(wrong, BANNED)).hasSize(1);
    assertThat(matches(new Source(Path.of("P.java"), "policy", "java.net.URI u;"), IMPURE))
        .hasSize(1);
    assertThat(sources("main").count()).isGreaterThan(50);
  }

  private static List<String> arrows(Source source) {
    List<String> wrong = new ArrayList<>();
    Set<String> allowed = MAY_KNOW.get(source.home());
    if (allowed == null) {
      return List.of(source.path() + ": package " + source.home() + " is not in the table");
    }
    Matcher matcher = OURS.matcher(source.code());
    while (matcher.find()) {
      String target = matcher.group(1);
      if (!target.equals(source.home()) && !allowed.contains(target)) {
        wrong.add(source.path().getFileName() + ": " + source.home() + " may not know " + target);
      }
    }
    return wrong;
  }

  private static List<String> libraries(Source source) {
    List<String> wrong = new ArrayList<>();
    LIBRARIES.forEach(
        (library, homes) -> {
          if (!homes.contains(source.home())
              && Pattern.compile("\\b" + Pattern.quote(library) + "\\.")
                  .matcher(source.code())
                  .find()) {
            wrong.add(
                source.path().getFileName() + ": " + source.home() + " may not use " + library);
          }
        });
    return wrong;
  }

  private static List<String> matches(Source source, Pattern pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(source.text());
    while (matcher.find()) {
      found.add(source.path() + ": " + matcher.group());
    }
    return found;
  }

  /**
   * One file.
   *
   * @param home its package below io.sallyport
   */
  private record Source(Path path, String home, String text) {
    /** Without Javadoc links and comments, which may name anything. */
    String code() {
      return text.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "");
    }
  }

  private Stream<Source> sources(String kind) {
    List<Source> all = new ArrayList<>();
    for (String module : List.of("policy", "proxy", "loadtest")) {
      Path base = ROOT.resolve(module).resolve("src").resolve(kind).resolve("java");
      if (Files.exists(base)) {
        try (Stream<Path> files = Files.walk(base)) {
          for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
            String home =
                base.relativize(file.getParent())
                    .toString()
                    .replace('/', '.')
                    .replace("io.sallyport.", "");
            all.add(new Source(file, home, Files.readString(file)));
          }
        } catch (IOException failure) {
          throw new AssertionError(failure);
        }
      }
    }
    return all.stream();
  }

  private static Set<String> plus(Set<String> base, String... more) {
    Set<String> all = new TreeSet<>(base);
    all.addAll(List.of(more));
    return all;
  }
}
