package io.sallyport.proxy.journal;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Entries as text: a line of JSON, or a line for people. */
final class EntryText {
  private EntryText() {}

  static String json(JournalReader.Entry entry) {
    var all = new LinkedHashMap<String, Object>();
    all.put("seq", entry.seq());
    all.put("time", entry.time().toString());
    all.put("type", type(entry.entry()));
    all.putAll(fields(entry.entry()));
    var json = new StringBuilder();
    value(json, all);
    return json.toString();
  }

  static String line(JournalReader.Entry entry) {
    return entry.time() + " " + entry.seq() + " " + words(entry.entry());
  }

  static String words(JournalEntry entry) {
    if (entry instanceof Disposed e) {
      return e.what()
          + " [disposed: "
          + e.key()
          + ", certificate in record "
          + e.certificate()
          + "]";
    }
    var line = new StringBuilder(type(entry));
    fields(entry)
        .forEach(
            (name, value) -> {
              if (!empty(value) && !name.equals("note")) {
                line.append(' ').append(name).append('=').append(brief(value));
              }
            });
    return line.toString();
  }

  private static boolean empty(Object value) {
    return value.equals("") || value.equals(List.of()) || value.equals(Map.of());
  }

  // Of many resources a line for people names the first three.
  private static String brief(Object value) {
    if (value instanceof List<?> list) {
      var names = new StringBuilder();
      for (var item : list.subList(0, Math.min(3, list.size()))) {
        var resource = (Resource) item;
        names.append(names.isEmpty() ? "" : ",");
        names.append(resource.type()).append('/').append(resource.id());
      }
      return printable(list.size() > 3 ? names + ",… (" + list.size() + ")" : names.toString());
    }
    var text = printable(value.toString());
    return text.indexOf(' ') < 0 ? text : '"' + text.replace("\"", "\\\"") + '"';
  }

  // What a caller sent must not write lines or colours of its own into a terminal.
  static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  static String type(JournalEntry entry) {
    if (entry instanceof Intent) {
      return "intent";
    }
    if (entry instanceof Outcome) {
      return "outcome";
    }
    if (entry instanceof Disclosure) {
      return "disclosure";
    }
    if (entry instanceof Close) {
      return "close";
    }
    if (entry instanceof Refused) {
      return "refused";
    }
    if (entry instanceof Aborted) {
      return "aborted";
    }
    if (entry instanceof Observed) {
      return "observed";
    }
    if (entry instanceof BreakGlass) {
      return "break-glass";
    }
    if (entry instanceof Notice) {
      return "notice";
    }
    if (entry instanceof Lookup) {
      return "lookup";
    }
    if (entry instanceof Anonymous) {
      return "anonymous";
    }
    if (entry instanceof Started) {
      return "started";
    }
    if (entry instanceof Stopped) {
      return "stopped";
    }
    if (entry instanceof ConfigLoaded) {
      return "config";
    }
    if (entry instanceof Hold) {
      return "hold";
    }
    if (entry instanceof HoldReleased) {
      return "hold-released";
    }
    if (entry instanceof Disposing) {
      return "disposal";
    }
    if (entry instanceof Vaulted) {
      return "vault";
    }
    if (entry instanceof Disposed) {
      return "disposed";
    }
    var admin = AdminPayload.type(entry);
    if (admin != null) {
      return admin;
    }
    return entry instanceof KeyEvent ? "key" : "alert";
  }

  private static Map<String, Object> fields(JournalEntry entry) {
    var to = new LinkedHashMap<String, Object>();
    if (entry instanceof Intent e) {
      to.put("exchange", e.exchange());
      to.put("permitted", e.permitted());
      to.put("issuer", e.issuer());
      to.put("subject", e.subject());
      to.put("client", e.client());
      to.put("session", e.session());
      to.put("remote", e.remote());
      to.put("route", e.route());
      to.put("role", e.role());
      to.put("purpose", e.purpose());
      to.put("interaction", e.interaction());
      to.put("target", e.target());
      to.put("query", e.query());
      to.put("rule", e.rule());
      to.put("policy", e.policy());
    } else if (entry instanceof Outcome e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("status", e.status());
      released(to, e.resources(), e.removed(), e.withheld(), e.bytes(), e.digest());
    } else if (entry instanceof Disclosure e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("number", e.number());
      released(to, e.resources(), e.removed(), e.withheld(), e.bytes(), e.digest());
    } else if (entry instanceof Close e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("complete", e.complete());
      to.put("status", e.status());
      to.put("windows", e.windows());
      to.put("resources", e.resources());
      to.put("bytes", e.bytes());
      to.put("digest", e.digest());
      to.put("reason", e.reason());
    } else if (entry instanceof Refused e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("status", e.status());
      to.put("reason", e.reason());
      to.put("detail", e.detail());
      to.put("issuer", e.issuer());
      to.put("subject", e.subject());
      to.put("client", e.client());
      to.put("remote", e.remote());
      to.put("route", e.route());
      to.put("method", e.method());
      to.put("target", e.target());
    } else {
      ownAffairs(to, entry);
    }
    return to;
  }

  private static void ownAffairs(Map<String, Object> to, JournalEntry entry) {
    if (entry instanceof Aborted e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("reason", e.reason());
    } else if (entry instanceof Observed e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("reason", e.reason());
      to.put("rule", e.rule());
      to.put("removed", e.removed());
      to.put("withheld", e.withheld());
    } else if (entry instanceof BreakGlass e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("issuer", e.issuer());
      to.put("subject", e.subject());
      to.put("client", e.client());
      to.put("role", e.role());
      to.put("purpose", e.purpose());
      to.put("patient", e.patient());
      to.put("reason", e.reason());
      to.put("lifts", e.lifts());
      to.put("until", e.until());
      to.put("route", e.route());
    } else if (entry instanceof Notice e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("to", e.to());
      to.put("what", e.what());
      to.put("subject", e.subject());
      to.put("patient", e.patient());
      to.put("message", e.message());
    } else if (entry instanceof Lookup e) {
      to.put("exchange", e.exchange());
      to.put("intent", e.intent());
      to.put("relation", e.relation());
      to.put("user", e.user());
      to.put("patient", e.patient());
      to.put("query", e.query());
    } else if (entry instanceof Anonymous e) {
      to.put("prefix", e.prefix());
      to.put("count", e.count());
      to.put("first", e.first());
      to.put("last", e.last());
      to.put("reasons", e.reasons());
    } else if (entry instanceof Started e) {
      to.put("version", e.version());
      to.put("java", e.java());
      to.put("host", e.host());
      to.put("pid", e.pid());
    } else if (entry instanceof Stopped e) {
      to.put("reason", e.reason());
    } else if (entry instanceof ConfigLoaded e) {
      to.put("who", e.who());
      to.put("what", e.what());
      to.put("hash", e.hash());
      to.put("previous", e.previous());
    } else if (entry instanceof KeyEvent e) {
      to.put("what", e.what());
      to.put("key", e.key());
      to.put("detail", e.detail());
    } else if (entry instanceof Hold e) {
      to.put("from", e.from());
      to.put("to", e.to());
      to.put("patient", e.patient());
      to.put("user", e.user());
      to.put("authority", e.authority());
      to.put("reason", e.reason());
      to.put("by", e.by());
      to.put("approved", e.approved());
      to.put("note", e.note());
    } else if (entry instanceof HoldReleased e) {
      to.put("hold", e.hold());
      to.put("reason", e.reason());
      to.put("by", e.by());
      to.put("approved", e.approved());
      to.put("note", e.note());
    } else if (entry instanceof Disposing e) {
      to.put("state", e.state());
      to.put("key", e.key());
      to.put("frames", e.frames());
      to.put("first", e.first());
      to.put("last", e.last());
      to.put("service", e.service());
      to.put("approved", e.approved());
      to.put("note", e.note());
    } else if (entry instanceof Vaulted e) {
      to.put("hold", e.hold());
      to.put("key", e.key());
      to.put("frames", e.frames());
      to.put("note", e.note());
    } else if (entry instanceof Disposed e) {
      to.put("what", e.what());
      to.put("key", e.key());
      to.put("certificate", e.certificate());
    } else if (entry instanceof Alert e) {
      to.put("what", e.what());
      to.put("detail", e.detail());
    } else {
      AdminPayload.fields(to, entry);
    }
  }

  private static void released(
      Map<String, Object> to,
      List<Resource> resources,
      Map<String, Integer> removed,
      int withheld,
      long bytes,
      String digest) {
    to.put("resources", resources);
    to.put("removed", removed);
    to.put("withheld", withheld);
    to.put("bytes", bytes);
    to.put("digest", digest);
  }

  private static void value(StringBuilder json, Object value) {
    if (value instanceof Map<?, ?> map) {
      json.append('{');
      var comma = "";
      for (var member : map.entrySet()) {
        json.append(comma);
        string(json, member.getKey().toString());
        json.append(':');
        value(json, member.getValue());
        comma = ",";
      }
      json.append('}');
    } else if (value instanceof List<?> list) {
      json.append('[');
      var comma = "";
      for (var item : list) {
        json.append(comma);
        value(json, item);
        comma = ",";
      }
      json.append(']');
    } else if (value instanceof Resource resource) {
      var members = new LinkedHashMap<String, Object>();
      members.put("type", resource.type());
      members.put("id", resource.id());
      members.put("patients", resource.patients());
      value(json, members);
    } else if (value instanceof String text) {
      string(json, text);
    } else {
      json.append(value);
    }
  }

  private static void string(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c >= 0x7F && c < 0xA0 || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
