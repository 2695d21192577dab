package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalEntry.Aborted;
import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Anonymous;
import io.sallyport.proxy.journal.JournalEntry.BreakGlass;
import io.sallyport.proxy.journal.JournalEntry.Close;
import io.sallyport.proxy.journal.JournalEntry.ConfigLoaded;
import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Disposed;
import io.sallyport.proxy.journal.JournalEntry.Disposing;
import io.sallyport.proxy.journal.JournalEntry.Hold;
import io.sallyport.proxy.journal.JournalEntry.HoldReleased;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.KeyEvent;
import io.sallyport.proxy.journal.JournalEntry.Lookup;
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Observed;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalEntry.Started;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import io.sallyport.proxy.journal.JournalEntry.Vaulted;
import java.util.List;
import java.util.Map;

/**
 * One entry of every kind, about the patient {@link #PATIENT}, with a search for {@link #VALUE}.
 */
final class Samples {
  static final String PATIENT = "zqxj-4711";
  static final String VALUE = "1970-01-31";

  private Samples() {}

  static final Intent SEARCH =
      new Intent(
          "x1",
          true,
          "https://idp.example/realm",
          "dr|jones=\\\"]\n\u202e",
          "ward-app",
          "s1",
          "192.0.2.7",
          "/fhir",
          "physician",
          "TREAT",
          "search",
          "Patient",
          "birthdate=" + VALUE + "&general-practitioner=Practitioner%2Fp1&_id=" + PATIENT,
          "roles.physician",
          "sha256:0b");

  static List<JournalEntry> all() {
    var released = List.of(new Resource("Patient", PATIENT, List.of(PATIENT)));
    var observation = List.of(new Resource("Observation", "o1", List.of(PATIENT)));
    var about = "Patient/" + PATIENT;
    return List.of(
        SEARCH,
        new Intent(
            "x2",
            false,
            "i",
            "s",
            "c",
            "",
            "192.0.2.7",
            "/fhir",
            "",
            "",
            "read",
            about,
            "",
            "",
            ""),
        new Outcome("x1", 7, 200, released, Map.of("Patient.name", 1), 1, 100, "d"),
        new Disclosure("x1", 7, 1, observation, Map.of(), 0, 100, "d"),
        new Close("x1", 7, true, 200, 1, 1, 100, "d", ""),
        new Close("x1", 7, false, 200, 1, 1, 100, "d", "CALLER_LEFT"),
        new Refused(
            "x3", -1, 401, "TOKEN_EXPIRED", "exp", "", "", "", "192.0.2.7", "/fhir", "GET", about),
        new Refused(
            "x3", 7, 403, "DENIED", about, "i", "s", "c", "192.0.2.7", "/fhir", "GET", about),
        new Aborted("x1", 7, "CALLER_LEFT"),
        new Observed("x1", 7, "DENIED", "roles.nurse", Map.of("Patient.name", 1), 2),
        new Lookup("x1", 7, "care-team", "Practitioner/p1", PATIENT, "CareTeam?patient=" + PATIENT),
        new BreakGlass(
            "x1", 7, "i", "s", "c", "nurse", "BTG", PATIENT, "bleeding", "care-team", "t", "/fhir"),
        new Notice("x1", 7, "privacy-office", "break-glass", "s", PATIENT, "m1"),
        new Started("0.1.0", "Temurin 25", "door", 17),
        new Stopped("asked to stop"),
        new ConfigLoaded("root", "sallyport.yaml", "h", "g"),
        new KeyEvent("data-keys-opened", "run 1 key 0", "journal-2026-11-access"),
        new Anonymous("192.0.2.0/24", 4711, "t1", "t2", Map.of("TOKEN_MISSING", 4711L)),
        new Hold("t1", "t2", PATIENT, "s", "court 7", "suit", "root", "jane", "signed " + PATIENT),
        new HoldReleased(12, "settled", "root", "jane, joe", "signed"),
        new Disposing(
            "destroyed",
            "journal-2020-11-access",
            2,
            3,
            9,
            "service: absent",
            "jane, joe",
            "signed"),
        new Vaulted(12, "journal-2020-11-access", 2, "signed"),
        new Disposed("intent", "journal-2020-11-access", 4711),
        new AdminEntry.JournalRead(
            "ops (sudo: ann)", "door", "journal show", PATIENT, "dr", "since 2026-01-01", "t"),
        new AdminEntry.LoggedIn(
            "x4", "i", "s", "c", "j1", "sid", "192.0.2.7", "/fhir=nurse", "openid", "acr=mfa"),
        new AdminEntry.Privileges(
            "x4", "i", "s", "c", "/fhir=nurse", "openid", "acr=mfa", "/fhir=-", "", ""),
        new AdminEntry.Pseudonym("irb-117", "tag", PATIENT),
        new AdminEntry.RoleView("policy.yaml", "nurse", "d1", "d2", "Patient"),
        new AdminEntry.ConfigDiff("policy.yaml", "h1", "h2", 1, 1, "-a\n+" + PATIENT),
        new Alert("clock-step", "wall clock set by 5 us"));
  }

  static Event event(JournalEntry entry, Intent intent) {
    return new Event(
        "auditlog.local/a",
        12,
        java.time.Instant.parse("2026-11-27T04:05:06.789012Z"),
        "ab12",
        entry,
        intent);
  }
}
