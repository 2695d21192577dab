package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.JournalEntry.Disclosure;
import io.sallyport.proxy.journal.JournalEntry.Intent;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import java.util.List;

/** Whether an entry speaks of a patient or a user. */
final class EntryMatch {
  private static final String PATIENT = "Patient/";

  private EntryMatch() {}

  static boolean user(JournalEntry entry, String user) {
    if (entry instanceof Intent intent) {
      return intent.subject().equals(user);
    }
    if (entry instanceof JournalEntry.BreakGlass glass) {
      return glass.subject().equals(user);
    }
    if (entry instanceof JournalEntry.Hold hold) {
      return hold.user().equals(user);
    }
    if (entry instanceof AdminEntry.LoggedIn login) {
      return login.subject().equals(user);
    }
    if (entry instanceof AdminEntry.Privileges privileges) {
      return privileges.subject().equals(user);
    }
    return entry instanceof Refused refused && refused.subject().equals(user);
  }

  static boolean patient(JournalEntry entry, String patient) {
    var id = bare(patient);
    if (entry instanceof Intent intent) {
      return targets(intent.target(), id);
    }
    if (entry instanceof Refused refused) {
      return targets(refused.target(), id);
    }
    if (entry instanceof JournalEntry.BreakGlass glass) {
      return bare(glass.patient()).equals(id);
    }
    if (entry instanceof JournalEntry.Hold hold) {
      return bare(hold.patient()).equals(id);
    }
    if (entry instanceof AdminEntry.JournalRead read) {
      return bare(read.patient()).equals(id);
    }
    if (entry instanceof Outcome outcome) {
      return released(outcome.resources(), id);
    }
    return entry instanceof Disclosure disclosure && released(disclosure.resources(), id);
  }

  private static boolean targets(String target, String id) {
    var path = PATIENT + id;
    return target.equals(path) || target.startsWith(path + "/");
  }

  private static boolean released(List<Resource> resources, String id) {
    for (var resource : resources) {
      if (resource.type().equals("Patient") && resource.id().equals(id)) {
        return true;
      }
      for (var patient : resource.patients()) {
        if (bare(patient).equals(id)) {
          return true;
        }
      }
    }
    return false;
  }

  private static String bare(String patient) {
    return patient.startsWith(PATIENT) ? patient.substring(PATIENT.length()) : patient;
  }
}
