package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.proxy.cli.CommandLines;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.desk.DeskClient;
import io.sallyport.proxy.desk.DeskMessage;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
import io.sallyport.proxy.journal.AdminEntry.Pseudonym;
import io.sallyport.proxy.journal.AdminEntry.RoleView;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.ConfigLoaded;
import io.sallyport.proxy.journal.JournalEntry.Hold;
import io.sallyport.proxy.journal.JournalEntry.HoldReleased;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.journal.JournalEntry.Lookup;
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Observed;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Started;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.kms.Kms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that 45 CFR 164.312(b) wants recorded is: the manual's table of it is gone through row
 * by row, on a real appliance. A row that nothing here brings about fails, and so does a record
 * here that the table does not have.
 */
class RecordedTest {
  private static final Path MANUAL =
      Path.of(System.getProperty("sallyport.root", ".."), "packaging", "manual", "journal.md");

  /** A row of the table: what, its records, their class, and so on. */
  private static final Pattern ROW =
      Pattern.compile("\\| ([^|`]+) \\| ([^|]*`[^|]*) \\| ([^|]+) \\|.*");

  private static final Pattern WORD = Pattern.compile("`([a-z-]+)`");

  private static final String LONG_ID = "urn-oid-1.2.276.0.76.4.17-patient-0000000004711";

  private static final String REASON = "unresponsive, ED bay 4, no team yet";

  private static final String POLICY =
      """
      policy: 1
      fhir: R4
      identity:
        role: {claim: roles}
        purpose: {claim: purpose_of_use}
        user: {claim: fhirUser}
      relations:
        care-team: {ask: "CareTeam?patient={patient}&participant={user}&status=active"}
      roles:
        doctor:
          purpose: [TREAT]
          types:
            Patient: {do: [read, search], show: all}
            Observation: {do: [read, search], show: all}
        nurse:
          purpose: [TREAT]
          when: [care-team]
          types:
            Patient: {do: [read, search], show: all, hide: [telecom]}
        trainee:
          purpose: [TREAT]
          observe: true
          types:
            Observation: {do: [read], show: all}
        researcher:
          purpose: [HRESCH]
          pseudonym: {key: irb}
          types:
            Patient: {do: [read, search], show: [active, deceased, link]}
      break-glass:
        roles: [nurse]
        purpose: [BTG]
        lifts: [relation:care-team]
        needs: {reason: 20, token-acr: mfa}
        lasts: 10m
        notify: privacy-office
      """;

  /** What each row's records must say, by the row's first column. */
  private static final Map<String, Map<String, Predicate<JournalEntry>>> ROWS = new HashMap<>();

  private static <E extends JournalEntry> void row(
      String what, String kind, Class<E> type, Predicate<E> says) {
    ROWS.computeIfAbsent(what, w -> new LinkedHashMap<>())
        .put(kind, entry -> type.isInstance(entry) && says.test(type.cast(entry)));
  }

  static {
    row(
        "Log-in that succeeds",
        "login",
        LoggedIn.class,
        e ->
            e.subject().equals("nurse-1")
                && e.client().equals("sallyport-demo")
                && e.roles().equals("/fhir=nurse")
                && e.scopes().equals("openid user/*.rs")
                && e.assurance().equals("acr=mfa amr=otp,pwd")
                && e.session().equals("sid-7")
                && e.remote().equals("127.0.0.1")
                && !e.token().isEmpty()
                && !e.issuer().isEmpty());
    row(
        "Log-in that fails",
        "refused",
        Refused.class,
        e -> e.status() == 401 && e.reason().equals("BAD_CREDENTIALS") && e.subject().isEmpty());
    row("Read", "intent", Intent.class, e -> e.permitted() && e.interaction().equals("read"));
    row(
        "Read",
        "outcome",
        Outcome.class,
        e -> e.status() == 200 && !e.resources().isEmpty() && e.digest().length() == 64);
    row(
        "Search, also one that finds nothing",
        "intent",
        Intent.class,
        e -> e.permitted() && e.interaction().equals("search") && e.query().equals("code=x"));
    row(
        "Search, also one that finds nothing",
        "outcome",
        Outcome.class,
        e -> e.status() == 200 && e.resources().isEmpty());
    row("Write", "refused", Refused.class, e -> e.method().equals("POST"));
    row("Delete", "refused", Refused.class, e -> e.method().equals("DELETE"));
    row("Export", "refused", Refused.class, e -> e.target().endsWith("$export"));
    row(
        "Denial",
        "intent",
        Intent.class,
        e -> !e.permitted() && e.subject().equals("nurse-1") && !e.rule().isEmpty());
    row(
        "Denial",
        "refused",
        Refused.class,
        e -> e.intent() >= 0 && e.status() == 403 && e.subject().equals("nurse-1"));
    row(
        "Broken glass",
        "break-glass",
        BreakGlass.class,
        e -> e.reason().equals(REASON) && e.patient().equals("p9") && e.route().equals("/fhir"));
    row("Broken glass", "notice", Notice.class, e -> e.to().equals("privacy-office"));
    row(
        "Question to the record system about a relation",
        "lookup",
        Lookup.class,
        e -> e.relation().equals("care-team") && e.patient().equals("p9"));
    row(
        "What observe mode would have done",
        "observed",
        Observed.class,
        e -> !e.reason().isEmpty() && e.intent() >= 0);
    row(
        "Change of what somebody may do",
        "privileges",
        Privileges.class,
        e ->
            e.subject().equals("nurse-1")
                && e.rolesBefore().equals("/fhir=doctor")
                && e.roles().equals("/fhir=nurse")
                && e.assuranceBefore().isEmpty()
                && e.assurance().startsWith("acr=mfa"));
    row(
        "Change of the configuration or of a policy",
        "config-diff",
        ConfigDiff.class,
        e ->
            e.file().equals("policy.yaml")
                && e.diff().contains("-      Patient: {do: [read, search], show: all}\n")
                && e.diff().contains("+      Patient: {do: [read], show: all, hide: [photo]}\n")
                && e.before().length() == 64
                && e.after().length() == 64);
    row(
        "Change of the configuration or of a policy",
        "config",
        ConfigLoaded.class,
        e ->
            e.who().equals(System.getProperty("user.name") + " (sudo: ann)")
                && e.hash().length() == 64
                && e.previous().length() == 64
                && !e.previous().equals(e.hash()));
    row(
        "Policy change that alters a role's view",
        "role-view",
        RoleView.class,
        e ->
            e.role().equals("doctor")
                && e.policy().equals("policy.yaml")
                && e.types().equals("Patient")
                && e.before().length() == 64
                && e.after().length() == 64);
    row(
        "Key event",
        "key",
        KeyEvent.class,
        e -> e.what().equals("kek-made") && e.key().startsWith("journal-"));
    row(
        "Pseudonym of an id of more than 41 characters",
        "pseudonym",
        Pseudonym.class,
        e -> e.key().equals("irb") && e.id().equals(LONG_ID) && e.tag().length() == 41);
    row(
        "Legal hold",
        "hold",
        Hold.class,
        e -> e.patient().equals("p9") && e.approved().contains("jane") && !e.by().isEmpty());
    row(
        "Legal hold",
        "hold-released",
        HoldReleased.class,
        e -> e.approved().contains("jane") && e.approved().contains("joe"));
    row("Start", "started", Started.class, e -> e.pid() == ProcessHandle.current().pid());
    row("Stop", "stopped", Stopped.class, e -> !e.reason().isEmpty());
    row("Alert", "alert", Alert.class, e -> e.what().equals("desk-refused"));
    row(
        "Reading of the journal",
        "journal-read",
        JournalRead.class,
        e ->
            e.who().equals("ops")
                && e.command().equals("journal show")
                && e.patient().equals("p9"));
  }

  @TempDir Path dir;

  @Test
  void everyRowOfTheManualsTableIsRecorded() throws Exception {
    try (ScriptedUpstream ehr = new ScriptedUpstream(RecordedTest::record);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      files.policy(POLICY);
      Files.writeString(dir.resolve("irb.key"), "0f1e2d3c4b5a69788796a5b4c3d2e1f0\n");
      Files.writeString(dir.resolve("hook.key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
      String approvers = approver("jane") + "\", \"" + approver("joe");
      Files.writeString(
          files.config(),
          Files.readString(files.config())
                  .replace(
                      "filesystem: any}",
                      "filesystem: any, retention: {approvers: [\"" + approvers + "\"]}}")
              + "keys: {irb: \"file:irb.key\"}\n"
              + "notifications: {privacy-office: {url: \"http://127.0.0.1:1/\", key:"
              + " \"file:hook.key\"}}\n");
      new DeskClient(journal(files)).leave(new DeskMessage("nonsense", Map.of()));
      String researcher = token(files, "researcher", "HRESCH");
      String pseudonym;
      try (Appliance appliance = start(files)) {
        assertThat(appliance.ports()).hasSize(1);
        drive(files);
        hold(files);
        pseudonym = pseudonym(files, researcher);
      }
      files.policy(
          POLICY.replaceFirst(
              "Patient: \\{do: \\[read, search], show: all}",
              "Patient: {do: [read], show: all, hide: [photo]}"));
      try (Appliance appliance = start(files)) {
        assertThat(appliance.ports()).hasSize(1);
        // What was given out keeps its meaning.
        assertThat(ask(files, "GET", "Patient/" + pseudonym, researcher, "")).isEqualTo(200);
      }
      start(files).close(); // nothing has changed: nothing is told
      hold(rows(), entries(files));
    }
  }

  private static Path journal(ApplianceFiles files) throws IOException {
    return Files.createDirectories(files.journal());
  }

  private static Appliance start(ApplianceFiles files) throws IOException {
    List<Problem> problems = new ArrayList<>();
    Config config = ConfigReader.read(files.config(), problems::add);
    Appliance started =
        config == null
            ? null
            : Appliance.start(config, Map.of("SUDO_USER", "ann"), Clock.systemUTC(), problems::add);
    assertThat(started).as(problems.toString()).isNotNull();
    return started;
  }

  private static void record(ScriptedUpstream.Call call) throws IOException {
    String head = call.head();
    String id = head.startsWith("GET /fhir/Patient/p9 ") ? "p9" : LONG_ID;
    String patient = "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\",\"active\":true}";
    String found =
        head.startsWith("GET /fhir/Patient?")
            ? ",\"entry\":[{\"resource\":" + patient + ",\"search\":{\"mode\":\"match\"}}]"
            : "";
    call.answer(
        head.startsWith("GET /fhir/Patient/")
            ? patient
            : "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"" + found + "}");
  }

  /** A pseudonym of the long id, by which a researcher can ask. */
  private static String pseudonym(ApplianceFiles files, String researcher) throws Exception {
    String answer = answer(files, "GET", "Patient?active=true", researcher, "").body();
    Matcher shown = Pattern.compile("\"id\":\"([A-Za-z0-9.-]{64})\"").matcher(answer);
    assertThat(shown.find()).as(answer).isTrue();
    assertThat(answer).doesNotContain(LONG_ID);
    String pseudonym = shown.group(1);
    HttpResponse<String> read = answer(files, "GET", "Patient/" + pseudonym, researcher, "");
    assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
    assertThat(read.body()).contains(pseudonym).doesNotContain(LONG_ID);
    return pseudonym;
  }

  private void drive(ApplianceFiles files) throws Exception {
    String doctor = token(files, "doctor", "TREAT");
    assertThat(ask(files, "GET", "Patient/p9", doctor, "")).isEqualTo(200);
    assertThat(ask(files, "GET", "Observation?code=x", doctor, "")).isEqualTo(200);
    assertThat(ask(files, "GET", "Patient/p9", doctor + "x", "")).isEqualTo(401);
    for (String method : List.of("POST", "DELETE")) {
      String path = method.equals("POST") ? "Patient" : "Patient/p9";
      assertThat(ask(files, method, path, doctor, "")).isGreaterThanOrEqualTo(400);
    }
    assertThat(ask(files, "GET", "$export", doctor, "")).isGreaterThanOrEqualTo(400);
    // The same person by the same client, with less.
    String nurse = nurse(files, "TREAT");
    assertThat(ask(files, "GET", "Observation/o1", nurse, "")).isEqualTo(403);
    assertThat(ask(files, "GET", "Patient/p9", nurse, "")).isEqualTo(404);
    assertThat(ask(files, "GET", "Patient/p9", nurse(files, "BTG"), REASON)).isEqualTo(200);
    assertThat(ask(files, "GET", "Patient/p9", token(files, "trainee", "TREAT"), ""))
        .isEqualTo(200);
    DeskMessage reading =
        new DeskMessage(
            "reading", Map.of("who", "ops", "command", "journal show", "patient", "p9"));
    DeskMessage answer = new DeskClient(files.journal()).ask(reading, Duration.ofSeconds(30));
    assertThat(answer.kind()).isEqualTo(DeskMessage.DONE);
  }

  /** A hold that one person approved, and its release by two. */
  private void hold(ApplianceFiles files) {
    String journal = files.journal().toString();
    String hold = dir.resolve("hold").toString();
    run(
        "journal hold request",
        journal,
        "--patient",
        "p9",
        "--authority",
        "court 7",
        "--reason",
        "suit",
        "--out",
        hold);
    run("journal hold approve", hold, "--key", dir.resolve("jane.key").toString());
    String placed =
        run("journal hold place", "--config", files.config().toString(), "--request", hold);
    String number = placed.strip().replaceAll(".* ", "");
    String release = dir.resolve("release").toString();
    run(
        "journal hold release-request",
        journal,
        "--hold",
        number,
        "--reason",
        "settled",
        "--out",
        release);
    for (String person : List.of("jane", "joe")) {
      run("journal hold approve", release, "--key", dir.resolve(person + ".key").toString());
    }
    run("journal hold release", "--config", files.config().toString(), "--request", release);
  }

  private String approver(String name) {
    return run("key approver", name, "--out", dir.resolve(name + ".key").toString()).strip();
  }

  private static String run(String command, String... more) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
    assertThat(exit).as(command + ": " + err).isZero();
    return out.toString();
  }

  private static String token(ApplianceFiles files, String role, String purpose) {
    return files.token(Map.of("roles", role, "purpose_of_use", purpose));
  }

  private static String nurse(ApplianceFiles files, String purpose) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("roles", "nurse");
    claims.put("purpose_of_use", purpose);
    claims.put("fhirUser", "Practitioner/n1");
    claims.put("acr", "mfa");
    claims.put("amr", List.of("pwd", "otp"));
    claims.put("scope", "user/*.rs openid");
    claims.put("sid", "sid-7");
    return files.token(claims);
  }

  private static int ask(
      ApplianceFiles files, String method, String path, String token, String reason)
      throws Exception {
    return answer(files, method, path, token, reason).statusCode();
  }

  private static HttpResponse<String> answer(
      ApplianceFiles files, String method, String path, String token, String reason)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(files.base() + "/" + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Authorization", "Bearer " + token)
            .timeout(Duration.ofSeconds(60));
    if (!reason.isEmpty()) {
      request.header("Break-Glass-Reason", reason);
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(files.trusting())
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private List<JournalEntry> entries(ApplianceFiles files) {
    Kms kms = Kms.open("pkcs12:" + files.keys(), dir, "test".toCharArray());
    return new JournalReader(files.journal(), kms)
        .entries(JournalReader.Filter.ALL).stream().map(JournalReader.Entry::entry).toList();
  }

  private static void hold(Map<String, String[]> table, List<JournalEntry> entries) {
    assertThat(table.keySet()).isEqualTo(ROWS.keySet());
    table.forEach(
        (what, columns) -> {
          Map<String, Predicate<JournalEntry>> wanted = ROWS.get(what);
          assertThat(words(columns[0])).as(what).isEqualTo(wanted.keySet());
          wanted.forEach(
              (kind, says) ->
                  assertThat(entries)
                      .as("%s: %s", what, kind)
                      .anyMatch(e -> JournalEntry.kind(e).equals(kind) && says.test(e)));
          EventClass event =
              EventClass.valueOf(
                  words(columns[1]).iterator().next().toUpperCase(Locale.ROOT).replace('-', '_'));
          assertThat(columns[1].contains("disk"))
              .as("%s: class %s", what, event)
              .isEqualTo(event.least() == Durability.DISK);
        });
    // The first start tells every file, the second what has changed, the third nothing.
    assertThat(entries.stream().filter(ConfigLoaded.class::isInstance)).hasSize(3);
    assertThat(entries.stream().filter(ConfigDiff.class::isInstance)).hasSize(3);
    assertThat(entries.stream().filter(RoleView.class::isInstance)).hasSize(1);
    // A token is a log-in once.
    assertThat(entries.stream().filter(LoggedIn.class::isInstance)).hasSize(5);
    assertThat(entries.stream().filter(Privileges.class::isInstance)).hasSize(3);
    int privileges = first(entries, Privileges.class);
    assertThat(entries.subList(privileges, privileges + 3))
        .as("recorded before the first request is decided")
        .hasExactlyElementsOfTypes(Privileges.class, LoggedIn.class, Intent.class);
  }

  private static int first(List<JournalEntry> entries, Class<?> type) {
    int at = 0;
    while (!type.isInstance(entries.get(at))) {
      at++;
    }
    return at;
  }

  private static Set<String> words(String column) {
    Set<String> words = new TreeSet<>();
    Matcher word = WORD.matcher(column);
    while (word.find()) {
      words.add(word.group(1));
    }
    return words;
  }

  private static Map<String, String[]> rows() throws IOException {
    Map<String, String[]> rows = new LinkedHashMap<>();
    boolean inside = false;
    for (String line : Files.readAllLines(MANUAL)) {
      inside = line.startsWith("## ") ? line.equals("## What is recorded") : inside;
      Matcher row = ROW.matcher(line);
      if (inside && row.matches()) {
        rows.put(row.group(1), new String[] {row.group(2), row.group(3)});
      }
    }
    return rows;
  }
}
