package io.sallyport.proxy.siem;

import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
import io.sallyport.proxy.journal.AdminEntry.Pseudonym;
import io.sallyport.proxy.journal.AdminEntry.RoleView;
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
import io.sallyport.proxy.journal.JournalEntry.Notice;
import io.sallyport.proxy.journal.JournalEntry.Outcome;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import io.sallyport.proxy.journal.JournalEntry.Resource;
import io.sallyport.proxy.journal.JournalEntry.Started;
import io.sallyport.proxy.journal.JournalEntry.Stopped;
import io.sallyport.proxy.journal.JournalEntry.Vaulted;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * ArcSight Common Event Format, version 0. Custom strings keep their place, because receivers map
 * them to fixed columns: cs1 role, cs2 patients, cs3 rule, cs4 resources, cs5 leaf hash, cs6
 * journal.
 */
final class Cef implements Format {
  private static final int LISTED = 20;

  private static final class Line {
    private final StringBuilder to = new StringBuilder(512);
    private boolean begun;

    Line(String event, String name, int severity) {
      to.append("CEF:0|Sallyport|Sallyport|1|")
          .append(header(event))
          .append('|')
          .append(header(name))
          .append('|')
          .append(severity)
          .append('|');
    }

    Line put(String key, String value) {
      if (!value.isEmpty()) {
        to.append(begun ? " " : "").append(key).append('=').append(extension(value));
        begun = true;
      }
      return this;
    }

    Line custom(int number, String label, String value) {
      return value.isEmpty() ? this : put("cs" + number + "Label", label).put("cs" + number, value);
    }
  }

  @Override
  public String text(Event event) {
    var entry = event.entry();
    var line = new Line(event.kind(), name(event), severity(entry));
    line.put("rt", Long.toString(event.time().toEpochMilli()))
        .put("externalId", Long.toString(event.seq()))
        .put("suid", event.subject())
        .put("sourceServiceName", event.client())
        .put("src", event.remote())
        .put("requestContext", event.exchange())
        .put("request", event.route().isEmpty() ? "" : event.route() + "/" + event.target());
    var intent = event.intent();
    if (intent != null) {
      line.put("act", intent.interaction())
          .custom(1, "role", intent.role())
          .custom(3, "rule", intent.rule());
    }
    details(entry, line);
    return line.custom(5, "leaf", event.leaf()).custom(6, "journal", event.origin()).to.toString();
  }

  private static void details(JournalEntry entry, Line line) {
    if (entry instanceof Intent e) {
      line.put("outcome", e.permitted() ? "permitted" : "denied");
    } else if (entry instanceof Outcome e) {
      line.put("outcome", Integer.toString(e.status())).put("out", Long.toString(e.bytes()));
      resources(e.resources(), line);
    } else if (entry instanceof Disclosure e) {
      line.put("out", Long.toString(e.bytes()));
      resources(e.resources(), line);
    } else if (entry instanceof Close e) {
      line.put("outcome", e.complete() ? "complete" : "aborted")
          .put("out", Long.toString(e.bytes()))
          .put("reason", e.reason());
    } else if (entry instanceof Refused e) {
      line.put("outcome", Integer.toString(e.status()))
          .put("reason", e.reason())
          .put("requestMethod", e.method())
          .put("msg", e.detail());
    } else if (entry instanceof Aborted e) {
      line.put("outcome", "aborted").put("reason", e.reason());
    } else if (entry instanceof BreakGlass e) {
      line.put("msg", e.reason()).custom(2, "patients", e.patient());
    } else if (entry instanceof Notice e) {
      line.put("msg", e.what() + " told to " + e.to()).custom(2, "patients", e.patient());
    } else if (entry instanceof Anonymous e) {
      line.put("cnt", Long.toString(e.count()))
          .put("outcome", "denied")
          .put("msg", e.prefix() + " " + e.reasons());
    } else if (entry instanceof Hold e) {
      line.put("suser", e.approved())
          .put("msg", e.authority() + ": " + e.reason())
          .custom(2, "patients", e.patient());
    } else if (entry instanceof HoldReleased e) {
      line.put("suser", e.approved()).put("msg", "hold " + e.hold() + ": " + e.reason());
    } else if (entry instanceof Disposing e) {
      line.put("suser", e.approved())
          .put("outcome", e.state())
          .put("cnt", Long.toString(e.frames()))
          .put("msg", e.key());
    } else if (entry instanceof Vaulted e) {
      line.put("cnt", Long.toString(e.frames())).put("msg", "hold " + e.hold() + ": " + e.key());
    } else if (entry instanceof Disposed e) {
      line.put("msg", e.key());
    } else if (entry instanceof Alert e) {
      line.put("msg", e.what() + ": " + e.detail());
    } else if (entry instanceof ConfigLoaded e) {
      line.put("suser", e.who()).put("fname", e.what()).put("fileHash", e.hash());
    } else if (entry instanceof KeyEvent e) {
      line.put("msg", e.what() + " " + e.key());
    } else if (entry instanceof Started e) {
      line.put("dvchost", e.host()).put("dvcpid", Long.toString(e.pid())).put("msg", e.version());
    } else if (entry instanceof Stopped e) {
      line.put("msg", e.reason());
    } else {
      admin(entry, line);
    }
  }

  private static void admin(JournalEntry entry, Line line) {
    if (entry instanceof LoggedIn e) {
      line.put("outcome", "success")
          .custom(1, "role", e.roles())
          .put("msg", e.assurance() + " scopes " + e.scopes());
    } else if (entry instanceof Privileges e) {
      line.custom(1, "role", e.roles())
          .put("oldFilePermission", e.rolesBefore() + " " + e.scopesBefore())
          .put("filePermission", e.roles() + " " + e.scopes())
          .put("msg", "assurance " + e.assuranceBefore() + " to " + e.assurance());
    } else if (entry instanceof RoleView e) {
      line.put("fname", e.policy())
          .put("oldFileHash", e.before())
          .put("fileHash", e.after())
          .custom(1, "role", e.role())
          .put("msg", e.types());
    } else if (entry instanceof ConfigDiff e) {
      line.put("fname", e.file()).put("oldFileHash", e.before()).put("fileHash", e.after());
    } else if (entry instanceof Pseudonym e) {
      line.put("msg", e.key() + " " + e.tag());
    } else if (entry instanceof JournalRead e) {
      line.put("suser", e.who())
          .put("shost", e.host())
          .custom(2, "patients", e.patient())
          .put("msg", e.command() + " " + e.user() + " " + e.filter());
    }
  }

  private static void resources(List<Resource> released, Line line) {
    Set<String> patients = new LinkedHashSet<>();
    var names = new StringBuilder();
    int listed = 0;
    for (var one : released) {
      patients.addAll(one.patients());
      if (listed++ < LISTED) {
        names.append(names.isEmpty() ? "" : ",").append(one.type()).append('/').append(one.id());
      }
    }
    line.put("cnt", Integer.toString(released.size()))
        .custom(2, "patients", String.join(",", patients))
        .custom(4, "resources", names + (released.size() > LISTED ? ",…" : ""));
  }

  private static String name(Event event) {
    var entry = event.entry();
    if (entry instanceof Alert e) {
      return e.what();
    }
    if (entry instanceof Refused e) {
      return e.reason();
    }
    var intent = event.intent();
    return intent == null ? event.kind() : intent.interaction() + " " + event.kind();
  }

  private static int severity(JournalEntry entry) {
    if (entry instanceof Alert || entry instanceof Notice || entry instanceof BreakGlass) {
      return 8;
    }
    if (entry instanceof Hold || entry instanceof HoldReleased || entry instanceof Disposing) {
      return 6;
    }
    return entry instanceof Refused || entry instanceof Intent i && !i.permitted() ? 5 : 2;
  }

  // "Implementing ArcSight Common Event Format", Character Encoding.
  private static String header(String text) {
    return oneLine(text).replace("\\", "\\\\").replace("|", "\\|");
  }

  private static String extension(String text) {
    return oneLine(text).replace("\\", "\\\\").replace("=", "\\=");
  }

  private static String oneLine(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
