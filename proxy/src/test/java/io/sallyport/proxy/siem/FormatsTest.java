package io.sallyport.proxy.siem;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FormatsTest {
  /** What OCSF 1.8.0 requires of the classes we use, beside what it requires of every event. */
  private static final Map<Integer, List<String>> REQUIRED =
      Map.of(
          6001, List.of("web_resources"),
          6002, List.of("app"),
          3002, List.of("user"),
          3004, List.of("entity"),
          3005, List.of("user", "privileges"),
          2004, List.of("finding_info"));

  // RFC 5424 section 6, with one element of structured data.
  private static final Pattern MESSAGE =
      Pattern.compile(
          "<(\\d{1,3})>1 \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z [!-~]{1,255} sallyport"
              + " \\d+ [!-~]{1,32} \\[sallyport@32473 origin=\"[^\"\\\\\\]]+\" seq=\"12\""
              + " leaf=\"ab12\"] (.*)");

  private static List<Event> events(boolean queries) {
    var wording = new Wording(id -> "pseudonym-of-it", queries);
    var events = new ArrayList<Event>();
    for (var entry : Samples.all()) {
      var intent = (Intent) wording.of(Samples.SEARCH);
      boolean bound = JournalEntry.intent(entry) >= 0;
      var own = wording.of(entry);
      events.add(Samples.event(own, own instanceof Intent i ? i : bound ? intent : null));
    }
    return events;
  }

  @Test
  void everyKindOfEntryIsSampled() {
    var kinds = new TreeSet<Class<?>>((a, b) -> a.getName().compareTo(b.getName()));
    Samples.all().forEach(e -> kinds.add(e.getClass()));
    var all = new TreeSet<Class<?>>(kinds.comparator());
    for (var kind : JournalEntry.class.getPermittedSubclasses()) {
      all.addAll(kind.isSealed() ? List.of(kind.getPermittedSubclasses()) : List.of(kind));
    }
    assertThat(kinds).isEqualTo(all);
  }

  @Test
  void ocsfHasWhatItsClassesRequire() throws Exception {
    for (var event : events(false)) {
      var json = JSONObjectUtils.parse(new Ocsf().text(event));
      int type = ((Number) json.get("class_uid")).intValue();
      assertThat(REQUIRED).as(event.kind()).containsKey(type);
      assertThat(json).as(event.kind()).containsKeys(REQUIRED.get(type).toArray(new String[0]));
      assertThat(json)
          .as(event.kind())
          .containsKeys(
              "activity_id", "category_uid", "metadata", "severity_id", "time", "type_uid");
      int activity = ((Number) json.get("activity_id")).intValue();
      assertThat(((Number) json.get("type_uid")).intValue()).isEqualTo(type * 100 + activity);
      assertThat(((Number) json.get("category_uid")).intValue()).isEqualTo(type / 1000);
      var metadata = JSONObjectUtils.getJSONObject(json, "metadata");
      assertThat(metadata)
          .containsEntry("version", "1.8.0")
          .containsEntry("uid", "auditlog.local/a/12")
          .containsKey("product");
    }
  }

  @Test
  void accessIsSaidWithWhoWhatAndWhatCameOfIt() throws Exception {
    var outcome = events(false).get(2);
    var json = JSONObjectUtils.parse(new Ocsf().text(outcome));
    assertThat(json).containsEntry("class_uid", 6001L).containsEntry("activity_id", 5L);
    assertThat(json).containsEntry("status_id", 1L);
    var actor = JSONObjectUtils.getJSONObject(json, "actor");
    assertThat(JSONObjectUtils.getJSONObject(actor, "user"))
        .containsEntry("uid", Samples.SEARCH.subject());
    assertThat(JSONObjectUtils.getJSONObject(json, "src_endpoint"))
        .containsEntry("ip", "192.0.2.7");
    assertThat(JSONObjectUtils.getJSONObject(json, "http_response")).containsEntry("code", 200L);
    assertThat(new Cef().text(outcome))
        .startsWith("CEF:0|Sallyport|Sallyport|1|outcome|search outcome|2|rt=1795752306789 ")
        .contains(" externalId=12 ", " src=192.0.2.7 ", " cs1Label=role cs1=physician ")
        .contains(" outcome=200 ", " cs2Label=patients cs2=pseudonym-of-it ");
  }

  @Test
  void failedLogInIsAuthentication() throws Exception {
    var json = JSONObjectUtils.parse(new Ocsf().text(events(false).get(6)));
    assertThat(json)
        .containsEntry("class_uid", 3002L)
        .containsEntry("status_id", 2L)
        .containsEntry("status_detail", "TOKEN_EXPIRED");
  }

  @Test
  void noPatientAndNoValueLeaves() {
    for (var format : Format.ALL.values()) {
      for (var event : events(false)) {
        var text = format.text(event);
        assertThat(text).as(event.kind()).doesNotContain(Samples.PATIENT, Samples.VALUE);
      }
    }
    // With queries in full the search leaves as it was: that is what it is for.
    assertThat(new Ocsf().text(events(true).get(0))).contains(Samples.VALUE);
    // The test can fail: unworded entries hold both.
    var raw = new Ocsf().text(Samples.event(Samples.SEARCH, Samples.SEARCH));
    assertThat(raw).contains(Samples.PATIENT, Samples.VALUE);
  }

  @Test
  void whatACallerSentWritesNoLineAndNoFieldOfItsOwn() {
    var syslog = new Syslog("door.example", 17);
    for (var format : Format.ALL.values()) {
      for (var event : events(false)) {
        var text = format.text(event);
        assertThat(text.codePoints()).noneMatch(Character::isISOControl).doesNotContain(0x202e);
        var frame = new String(syslog.frame(event, text), UTF_8);
        int space = frame.indexOf(' ');
        assertThat(Integer.parseInt(frame.substring(0, space)))
            .isEqualTo(frame.substring(space + 1).getBytes(UTF_8).length);
        var message = MESSAGE.matcher(frame.substring(space + 1));
        assertThat(message.matches()).as(frame).isTrue();
        assertThat(Integer.parseInt(message.group(1)) / 8).isEqualTo(13);
        assertThat(message.group(2)).isEqualTo(text);
      }
    }
    assertThat(new Cef().text(Samples.event(Samples.SEARCH, Samples.SEARCH)))
        .contains("suid=dr|jones\\=\\\\\"]?? ");
  }

  @Test
  void lengthIsInBytes() {
    var event = Samples.event(new JournalEntry.Alert("ä", "€"), null);
    var frame = new Syslog("", 1).frame(event, "ä€");
    var text = new String(frame, UTF_8);
    int space = text.indexOf(' ');
    assertThat(Integer.parseInt(text.substring(0, space)) + space + 1).isEqualTo(frame.length);
    assertThat(text).contains(" - sallyport 1 ");
  }
}
