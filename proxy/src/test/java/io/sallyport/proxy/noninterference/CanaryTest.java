package io.sallyport.proxy.noninterference;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.prometheus.client.exporter.common.TextFormat;
import io.sallyport.policy.fhir.Definitions;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.noninterference.Trial.Ask;
import io.sallyport.proxy.noninterference.Trial.Got;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * A word in every element of all 146 types, read and searched for by every role of every sample
 * through the whole spine: what the role is not shown is in nothing that leaves.
 *
 * <p>The journal has, of what a record system answers, the types and ids of resources and of the
 * patients they are about, paths of elements with counts, lengths and digests; nothing else.
 */
class CanaryTest {
  private static final Pattern WORD =
      Pattern.compile(
          "cnry-[0-9]+-z|1[67][0-9]{2}-[0-9]{2}-[0-9]{2}|(?<![\\w.-])7[0-9]{7}(?![\\w-])");
  private static final Pattern BASE64 = Pattern.compile("\"([A-Za-z0-9+/]{12,}={0,2})\"");

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger ours = (Logger) LoggerFactory.getLogger("io.sallyport");
  private Level level;

  private byte[] answer;
  private long hidden;
  private long seen;
  private long recorded;
  private int requests;

  @BeforeEach
  void listen() {
    level = ours.getLevel();
    ours.setLevel(Level.TRACE);
    logged.start();
    ours.addAppender(logged);
  }

  @AfterEach
  void unlisten() {
    ours.detachAppender(logged);
    ours.setLevel(level);
  }

  @Test
  @Tag("C11")
  @Tag("I")
  void whatARoleIsNotShownIsInNothingThatLeaves() throws IOException {
    Map<String, ObjectNode> complete = Canaries.complete();
    assertThat(complete.keySet()).hasSizeGreaterThanOrEqualTo(146);
    for (Sample sample : Sample.all()) {
      long before = seen;
      FakeJournal journal = new FakeJournal();
      // Whoever is shown versions is shown the record system's own word for one.
      String tag = sample.versions ? "W/\"7\"" : "W/\"cnry-0-z\"";
      Trial trial = new Trial(sample, reference -> reply(tag), journal);
      for (Map.Entry<String, ObjectNode> one : complete.entrySet()) {
        for (String patient : new String[] {Sample.OWN, null}) {
          Canaries canaries = new Canaries(patient);
          String type = one.getKey();
          String id = type.equals("Patient") && patient != null ? Sample.OWN : "r1";
          ObjectNode tree = canaries.plant(one.getValue(), id);
          boolean own = !sample.bound || patient != null || nobodys(type);
          look(sample, trial, journal, tree, canaries.planted(), own);
        }
      }
      StringWriter metrics = new StringWriter();
      TextFormat.write004(metrics, trial.registry().metricFamilySamples());
      assertThat(metrics.toString()).isNotEmpty();
      assertThat(words(metrics.toString())).as("metrics for %s", sample.name).isEmpty();
      assertThat(seen).as("what %s is shown", sample.name).isGreaterThan(before);
    }
    for (ILoggingEvent event : logged.list) {
      String said =
          event.getFormattedMessage() + event.getThrowableProxy() + event.getMDCPropertyMap();
      assertThat(words(said)).as(said).isEmpty();
    }
    System.out.printf(
        "CanaryTest: %d requests, %d hidden canaries looked for, %d shown, %d ids recorded, %d log lines%n",
        requests, hidden, seen, recorded, logged.list.size());
    assertThat(hidden).isGreaterThan(1_000_000);
  }

  @Test
  void aCanaryIsFoundHoweverItIsWritten() {
    String word = "cnry-12-z";
    String base64 =
        Base64.getEncoder().encodeToString(("xx " + word).getBytes(StandardCharsets.UTF_8));
    for (String text :
        List.of(word, "CNRY-12-Z", "cnry%2D12%2Dz", "{\"data\":\"" + base64 + "\"}", "a" + word)) {
      assertThat(words(text)).as(text).containsExactly(word);
    }
    assertThat(words("[70000012,\"1607-02-03T10:00:00Z\"]"))
        .containsExactlyInAnyOrder("70000012", "1607-02-03");
    assertThat(words("0a70000012ff")).as("a digest").isEmpty();
  }

  private static boolean nobodys(String type) {
    return Definitions.r4().patientCompartment(type).isEmpty();
  }

  private Ehr.Reply reply(String tag) {
    return new Ehr.Reply(200, "application/fhir+json", tag, "cnry-0-z", answer, List.of());
  }

  private void look(
      Sample sample,
      Trial trial,
      FakeJournal journal,
      ObjectNode tree,
      List<String> planted,
      boolean own)
      throws IOException {
    String type = tree.get("resourceType").asText();
    byte[] json = tree.toString().getBytes(StandardCharsets.UTF_8);
    String id = tree.get("id").asText();
    Tree shown = sample.redact(Tree.parse(json));
    Set<String> visible = shown != null && own ? words(Tree.render(shown)) : Set.of();
    byte[] bundle =
        ("{\"resourceType\":\"Bundle\",\"id\":\"cnry-0-z\",\"type\":\"searchset\",\"total\":1,\"link\":[{\"relation\":\"self\",\"url\":\""
                + Ehr.BASE
                + "/cnry-0-z\"}],\"entry\":[{\"fullUrl\":\""
                + Ehr.BASE
                + "/"
                + type
                + "/"
                + id
                + "\",\"resource\":"
                + tree
                + ",\"search\":{\"mode\":\"match\",\"score\":0.70000000}},{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"x\",\"diagnostics\":\"cnry-0-z\"}]},\"search\":{\"mode\":\"outcome\"}}]}")
            .getBytes(StandardCharsets.UTF_8);
    byte[] cut = Arrays.copyOf(json, json.length * 2 / 3);
    byte[] wrong = tree.deepCopy().put("id", "another").toString().getBytes(StandardCharsets.UTF_8);
    String read = "/fhir/" + type + "/" + id;
    Object[][] asked = {
      {read, null, json, true},
      {read, "_summary=text", json, true},
      {"/fhir/" + type, null, bundle, true},
      {"/fhir/" + type, "_elements=id", bundle, true},
      {read, null, cut, false},
      {read, null, wrong, false},
    };
    for (Object[] one : asked) {
      answer = (byte[]) one[2];
      int from = journal.entries().size();
      Got got = trial.serve(Ask.get((String) one[0], (String) one[1]), ++requests);
      String body = new String(got.body(), StandardCharsets.UTF_8);
      Set<String> found = words(body);
      seen += found.size();
      hidden += planted.size() - visible.size();
      assertThat((boolean) one[3] ? visible : Set.<String>of())
          .as("%s: %s %s", sample.name, one[0], one[1])
          .containsAll(found);
      assertThat(words(got.headers().toString())).as("headers of %s", one[0]).isEmpty();
      StringBuilder said = new StringBuilder();
      journal.entries().subList(from, journal.entries().size()).forEach(e -> say(e, said));
      Set<String> told = words(said.toString());
      recorded += told.size();
      told.removeIf(word -> body.isEmpty() || patientOf(tree, word));
      assertThat(told).as("journal of %s for %s", one[0], sample.name).isEmpty();
    }
  }

  /** Whether a word is the id of a patient that the resource refers to. */
  private static boolean patientOf(ObjectNode tree, String word) {
    return tree.toString().contains("\"Patient/" + word + "\"");
  }

  /** Everything that a record says, whatever its own toString leaves out. */
  private static void say(Object value, StringBuilder to) {
    if (value instanceof Record record) {
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        try {
          component.getAccessor().setAccessible(true);
          say(component.getAccessor().invoke(record), to);
        } catch (ReflectiveOperationException impossible) {
          throw new IllegalStateException(impossible);
        }
      }
    } else if (value instanceof Iterable<?> many) {
      many.forEach(one -> say(one, to));
    } else {
      to.append(value).append('\n');
    }
  }

  /** The canaries in a text, as they are, percent-encoded or in base64. */
  static Set<String> words(String text) {
    Set<String> words = new HashSet<>();
    collect(text, words);
    if (text.contains("%2D") || text.contains("%2d")) {
      collect(text.replace("%2D", "-").replace("%2d", "-"), words);
    }
    Matcher encoded = BASE64.matcher(text);
    while (encoded.find()) {
      if (encoded.group(1).length() % 4 == 0) {
        byte[] bytes = Base64.getDecoder().decode(encoded.group(1));
        collect(new String(bytes, StandardCharsets.UTF_8), words);
      }
    }
    return words;
  }

  private static void collect(String text, Set<String> words) {
    Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (word.find()) {
      words.add(word.group());
    }
  }
}
