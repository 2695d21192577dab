package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Row A20 of the leak catalogue: a short or empty page with a next link would say that something
 * was withheld there. In these answers a capital is a resource that the role is denied.
 */
class PageFillTest {
  private static final String REGISTRAR = "Bearer registrar/HPAYMT/r1";
  private static final String LABEL =
      "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-Confidentiality\",\"code\":\"R\"}]},";

  private final Stage stage = new Stage();

  /** Upstream pages as their ids: {@code "aBc", "d"}. All but the last have a next link. */
  private static Stage with(Stage stage, String... pages) {
    for (int i = 0; i < pages.length; i++) {
      stage.json(page(pages[i], i + 1 < pages.length ? "/Patient?p=" + (i + 2) : ""));
    }
    return stage;
  }

  private static String page(String ids, String next) {
    StringBuilder json =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":99");
    json.append(
        ",\"link\":[{\"relation\":\"first\",\"url\":\"" + Stage.UPSTREAM + "/Patient?p=1\"}");
    if (!next.isEmpty()) {
      String base = next.startsWith("/") ? Stage.UPSTREAM : "";
      json.append(",{\"relation\":\"next\",\"url\":\"" + base + next + "\"}");
    }
    json.append("],\"entry\":[");
    for (int i = 0; i < ids.length(); i++) {
      char id = ids.charAt(i);
      json.append(i == 0 ? "" : ",")
          .append("{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"" + id + "\",")
          .append(Character.isUpperCase(id) ? LABEL : "")
          .append("\"gender\":\"female\"}}");
    }
    return json.append("]}").toString();
  }

  private Stage.Caller search(String... pages) {
    return with(stage, pages).get("/fhir/Patient?_count=3", REGISTRAR);
  }

  private static String ids(Stage.Caller caller) {
    StringBuilder ids = new StringBuilder();
    Matcher matcher = Pattern.compile("\"id\":\"(.)\"").matcher(caller.body);
    while (matcher.find()) {
      ids.append(matcher.group(1));
    }
    return ids.toString();
  }

  private static String token(Stage.Caller caller) {
    Matcher matcher = Pattern.compile("_page=([A-Za-z0-9_-]+)").matcher(caller.body);
    return matcher.find() ? matcher.group(1) : null;
  }

  @Test
  void aPageIsFilledFromTheUpstreamsNext() {
    Stage.Caller first = search("aBc", "dEf");
    assertThat(ids(first)).isEqualTo("acd");
    assertThat(stage.sent).containsExactly("Patient?_count=3&_sort=_id", "Patient?p=2");
    assertThat(first.body).doesNotContain("total", "first");

    Stage.Caller second = with(stage, "dEf").get("/fhir?_page=" + token(first), REGISTRAR);
    assertThat(ids(second)).isEqualTo("f");
    assertThat(stage.sent).endsWith("Patient?p=2");
    assertThat(token(second)).isNull();
    assertThat(second.body).doesNotContain("total");
  }

  @Test
  void aLinkThatRepeatsTheBarBetweenSystemAndCodeIsFollowed() {
    stage.json(page("aBc", "/Patient?identifier=urn:a|1&p=2")).json(page("d", ""));
    assertThat(ids(stage.get("/fhir/Patient?_count=3", REGISTRAR))).isEqualTo("acd");
    assertThat(stage.sent).endsWith("Patient?identifier=urn:a|1&p=2");
  }

  @Test
  @Tag("A20")
  void pagesLookTheSameWhateverIsWithheldBetween() {
    List<String> shapes = new ArrayList<>();
    for (String[] world :
        List.of(
            new String[] {"abc", "de"},
            new String[] {"aBb", "cde"},
            new String[] {"ABC", "DaE", "bcd", "eFG"},
            new String[] {"abc", "DEF", "de"},
            new String[] {"abcdEe"},
            new String[] {"abcEEE", "E", "d", "eE"})) {
      Stage one = new Stage();
      StringBuilder shape = new StringBuilder();
      String link = "/fhir/Patient?_count=3";
      Stage.Caller caller = with(one, world).get(link, REGISTRAR);
      int pages = 0;
      while (pages++ < 5) {
        shape.append(caller.body.toString().replaceAll("_page=[A-Za-z0-9_-]+", "_page="));
        shape.append(caller.head);
        String token = token(caller);
        if (token == null) {
          break;
        }
        shape.append(token.length());
        // The upstream answers again from the page that the link leads to.
        one.responses.clear();
        caller = follow(one, world, token);
      }
      shapes.add(shape.toString().replaceAll("id-[0-9]+", "id"));
    }
    for (String shape : shapes) {
      assertThat(shape).isEqualTo(shapes.get(0)).contains("\"a\"", "\"e\"");
    }
  }

  /** Asks first which page the link leads to: any other answer would be another test. */
  private static Stage.Caller follow(Stage one, String[] world, String token) {
    one.responses.add(new Refusal(Reason.UPSTREAM_BUSY, "asked for its page only"));
    one.get("/fhir?_page=" + token, REGISTRAR);
    String reference = one.sent.get(one.sent.size() - 1);
    Matcher number = Pattern.compile("p=([0-9]+)").matcher(reference);
    int from = number.find() ? Integer.parseInt(number.group(1)) - 1 : 0;
    for (int i = from; i < world.length; i++) {
      one.json(page(world[i], i + 1 < world.length ? "/Patient?p=" + (i + 2) : ""));
    }
    return one.get("/fhir?_page=" + token, REGISTRAR);
  }

  @Test
  @Tag("A20")
  void whereOnlyWithheldOnesFollowThereIsNoNextPage() {
    Stage.Caller caller = search("abc", "DE", "F");
    assertThat(ids(caller)).isEqualTo("abc");
    assertThat(token(caller)).isNull();
    assertThat(caller.body).contains("\"total\":3");
    assertThat(stage.fake.entries(JournalEntry.Outcome.class).get(0).withheld()).isEqualTo(3);
  }

  @Test
  void theRecordNamesWhatWasReleasedAndNoMore() {
    search("aBcdE", "f");
    JournalEntry.Outcome outcome = stage.fake.entries(JournalEntry.Outcome.class).get(0);
    assertThat(outcome.resources())
        .extracting(JournalEntry.Resource::id)
        .containsExactly("a", "c", "d");
  }

  @Test
  void afterTenPagesAShortOneIsGiven() {
    String[] pages = new String[12];
    java.util.Arrays.fill(pages, "HHH");
    pages[0] = "aHH";
    Stage.Caller caller = search(pages);
    assertThat(stage.sent).hasSize(10);
    assertThat(ids(caller)).isEqualTo("a");
    assertThat(token(caller)).isNotNull();
  }

  @Test
  void whoseEveryMatchIsReleasedPagesAsTheUpstreamDoes() {
    Stage.Caller caller = with(stage, "abcde", "f").get("/fhir/Patient?_count=3");
    assertThat(stage.sent).containsExactly("Patient?_count=3&_sort=_id");
    assertThat(ids(caller)).isEqualTo("abcde");
    assertThat(caller.body).contains("\"next\"", "\"first\"");
  }

  @Test
  void anUpstreamThatDiesOnTheNextPageCutsTheAnswer() {
    stage.windowBytes = 60;
    stage.json(page("aBc", "/Patient?p=2"));
    stage.answer(500, "application/fhir+json", "{}");
    Stage.Caller cut = stage.get("/fhir/Patient?_count=3", REGISTRAR);
    assertThat(cut.reset).isTrue();
    assertThat(cut.ended).isFalse();
    assertThat(stage.fake.entries(JournalEntry.Close.class).get(0).complete()).isFalse();

    Stage unsent = new Stage();
    unsent.json(page("aBc", "/Patient?p=2"));
    unsent.answer(500, "application/fhir+json", "{}");
    Stage.Caller refused = unsent.get("/fhir/Patient?_count=3", REGISTRAR);
    assertThat(refused.head.status()).isEqualTo(502);
    assertThat(ids(refused)).isEmpty();
  }

  @Test
  void aNextLinkThatLeavesTheUpstreamIsNotFollowed() {
    stage.json(page("aB", "http://evil.example/fhir?p=2"));
    Stage.Caller caller = stage.get("/fhir/Patient?_count=3", REGISTRAR);
    assertThat(stage.sent).hasSize(1);
    assertThat(caller.body).doesNotContain("evil", "\"next\"");
  }

  @Test
  void aSearchWithoutACountHasOneOfOurs() {
    with(stage, "a").get("/fhir/Patient?gender=female", REGISTRAR);
    assertThat(stage.sent).containsExactly("Patient?gender=female&_count=50&_sort=_id");
  }
}
