package io.sallyport.proxy.siem;

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
import java.util.ArrayList;
import java.util.List;

/**
 * The Open Cybersecurity Schema Framework 1.8.0, JSON: accesses as <em>Web Resources Activity</em>
 * (6001), log-ins as <em>Authentication</em> (3002), changed privileges as <em>User Access
 * Management</em> (3005), configuration, keys and reading of the journal as <em>Entity
 * Management</em> (3004), start and stop as <em>Application Lifecycle</em> (6002), what somebody
 * must look at as <em>Detection Finding</em> (2004). What OCSF has no place for is {@code
 * unmapped}.
 */
final class Ocsf implements Format {
  private static final String VERSION = "1.8.0";
  private static final int RESOURCES = 6001;
  private static final int LIFECYCLE = 6002;
  static final int AUTHENTICATION = 3002;
  static final int ENTITIES = 3004;
  private static final int FINDING = 2004;

  static final int INFORMATIONAL = 1;
  static final int MEDIUM = 3;
  private static final int HIGH = 4;
  static final int SUCCESS = 1;
  private static final int FAILURE = 2;
  static final int OTHER = 99;

  @Override
  public String text(Event event) {
    return json(event).toString();
  }

  private static Json json(Event event) {
    var entry = event.entry();
    if (entry instanceof Started e) {
      return base(event, LIFECYCLE, 3, INFORMATIONAL, SUCCESS)
          .put("app", product())
          .put("device", new Json().put("hostname", e.host()).put("type_id", 1))
          .put("unmapped", new Json().put("java", e.java()).put("pid", e.pid()));
    }
    if (entry instanceof Stopped e) {
      return base(event, LIFECYCLE, 4, INFORMATIONAL, SUCCESS)
          .put("app", product())
          .put("message", e.reason());
    }
    if (entry instanceof ConfigLoaded e) {
      return base(event, ENTITIES, 3, INFORMATIONAL, SUCCESS)
          .put("entity", entity(e.what(), "configuration", e.hash()))
          .put("actor", new Json().put("user", new Json().put("name", e.who())))
          .put("unmapped", new Json().put("previous", e.previous()));
    }
    if (entry instanceof KeyEvent e) {
      return base(event, ENTITIES, 1, INFORMATIONAL, SUCCESS)
          .put("entity", entity(e.key(), "key", ""))
          .put("message", e.what())
          .put("unmapped", new Json().put("detail", e.detail()));
    }
    if (entry instanceof Hold || entry instanceof HoldReleased || entry instanceof Disposing) {
      return retention(event);
    }
    if (entry instanceof Vaulted e) {
      return base(event, ENTITIES, 1, INFORMATIONAL, SUCCESS)
          .put("entity", entity("hold " + e.hold(), "hold vault", ""))
          .put("message", e.frames() + " frames of " + e.key() + " are kept apart");
    }
    if (entry instanceof Disposed e) {
      return base(event, ENTITIES, 4, INFORMATIONAL, SUCCESS)
          .put("entity", entity(e.key(), "key", ""))
          .put("message", "a record that nobody can read any more");
    }
    if (entry instanceof Alert e) {
      return finding(event, HIGH, e.what(), e.detail());
    }
    if (entry instanceof Notice e) {
      return finding(event, HIGH, e.what(), "told to " + e.to())
          .put("unmapped", new Json().put("patient", e.patient()).put("message", e.message()));
    }
    if (entry instanceof BreakGlass e) {
      return finding(event, HIGH, "break-glass", e.reason())
          .put(
              "unmapped",
              new Json()
                  .put("patient", e.patient())
                  .put("lifts", e.lifts())
                  .put("until", e.until())
                  .put("purpose", e.purpose())
                  .put("role", e.role()));
    }
    if (entry instanceof Anonymous e) {
      return base(event, AUTHENTICATION, 1, MEDIUM, FAILURE)
          .put("user", user(event))
          .put("count", e.count())
          .put("src_endpoint", new Json().put("subnet_uid", e.prefix()))
          .put("unmapped", new Json().put("first", e.first()).put("last", e.last()))
          .put("message", "refused to callers nobody knows: " + e.reasons());
    }
    if (entry instanceof Refused e && e.status() == 401) {
      return base(event, AUTHENTICATION, 1, MEDIUM, FAILURE)
          .put("user", user(event))
          .put("src_endpoint", endpoint(event))
          .put("status_detail", e.reason())
          .put("http_response", new Json().put("code", e.status()))
          .put("unmapped", new Json().put("detail", e.detail()).put("exchange", e.exchange()));
    }
    var admin = OcsfAdmin.json(event);
    return admin == null ? access(event) : admin;
  }

  private static Json retention(Event event) {
    var json = base(event, ENTITIES, event.entry() instanceof Disposing ? 4 : 3, MEDIUM, SUCCESS);
    if (event.entry() instanceof Hold e) {
      return json.put("entity", entity("hold " + event.seq(), "legal hold", ""))
          .put("message", e.authority() + ": " + e.reason())
          .put("actor", new Json().put("user", new Json().put("name", e.approved())))
          .put(
              "unmapped",
              new Json()
                  .put("from", e.from())
                  .put("to", e.to())
                  .put("patient", e.patient())
                  .put("user", e.user())
                  .put("asked_by", e.by()));
    }
    if (event.entry() instanceof HoldReleased e) {
      return json.put("entity", entity("hold " + e.hold(), "legal hold", ""))
          .put("message", "released: " + e.reason())
          .put("actor", new Json().put("user", new Json().put("name", e.approved())))
          .put("unmapped", new Json().put("asked_by", e.by()));
    }
    var e = (Disposing) event.entry();
    return json.put("entity", entity(e.key(), "key", ""))
        .put("message", "disposal " + e.state())
        .put("actor", new Json().put("user", new Json().put("name", e.approved())))
        .put(
            "unmapped",
            new Json()
                .put("frames", e.frames())
                .put("first", e.first())
                .put("last", e.last())
                .put("service", e.service())
                .put("certificate", e.note()));
  }

  private static Json access(Event event) {
    var intent = event.intent();
    var entry = event.entry();
    boolean denied =
        entry instanceof Refused
            || entry instanceof Aborted
            || entry instanceof Close c && !c.complete()
            || entry instanceof Intent i && !i.permitted();
    var json =
        base(
            event,
            RESOURCES,
            activity(intent == null ? "" : intent.interaction()),
            denied ? MEDIUM : INFORMATIONAL,
            denied ? FAILURE : SUCCESS);
    json.put("actor", actor(event));
    json.put("src_endpoint", endpoint(event));
    json.put(
        "http_request",
        new Json()
            .put("uid", event.exchange())
            .put(
                "url",
                new Json()
                    .put("path", event.route() + "/" + event.target())
                    .put("query_string", intent == null ? "" : intent.query())));
    json.put("web_resources", resources(event));
    var more = new Json();
    if (intent != null) {
      more.put("role", intent.role())
          .put("purpose", intent.purpose())
          .put("interaction", intent.interaction())
          .put("rule", intent.rule())
          .put("policy", intent.policy());
    }
    details(event, json, more);
    return json.put("unmapped", more.put("record", event.kind()));
  }

  private static void details(Event event, Json json, Json more) {
    var entry = event.entry();
    if (entry instanceof Outcome e) {
      json.put("http_response", new Json().put("code", e.status()).put("length", e.bytes()));
      more.put("removed", e.removed()).put("withheld", e.withheld()).put("sha256", e.digest());
    } else if (entry instanceof Disclosure e) {
      more.put("window", e.number())
          .put("bytes", e.bytes())
          .put("removed", e.removed())
          .put("withheld", e.withheld())
          .put("sha256", e.digest());
    } else if (entry instanceof Close e) {
      json.put("http_response", new Json().put("code", e.status()).put("length", e.bytes()));
      json.put("status_detail", e.reason());
      more.put("complete", e.complete())
          .put("windows", e.windows())
          .put("resources", e.resources())
          .put("sha256", e.digest());
    } else if (entry instanceof Refused e) {
      json.put("http_response", new Json().put("code", e.status()));
      json.put("status_detail", e.reason());
      more.put("detail", e.detail()).put("method", e.method());
    } else if (entry instanceof Aborted e) {
      json.put("status_detail", e.reason());
    } else if (entry instanceof Observed e) {
      json.put("status_detail", e.reason());
      more.put("would_deny", e.rule()).put("removed", e.removed()).put("withheld", e.withheld());
    } else if (entry instanceof Lookup e) {
      more.put("relation", e.relation()).put("patient", e.patient()).put("asked", e.query());
    }
  }

  static Json base(Event event, int type, int activity, int severity, int status) {
    return new Json()
        .put("class_uid", type)
        .put("category_uid", type / 1000)
        .put("activity_id", activity)
        .put("type_uid", type * 100 + activity)
        .put("severity_id", severity)
        .put("status_id", status)
        .put("time", event.time().toEpochMilli())
        .put(
            "metadata",
            new Json()
                .put("version", VERSION)
                .put("product", product())
                .put("uid", event.origin() + "/" + event.seq())
                .put("sequence", event.seq())
                .put("correlation_uid", event.exchange())
                .put("log_name", event.origin()));
  }

  private static Json finding(Event event, int severity, String title, String text) {
    return base(event, FINDING, 1, severity, 0)
        .put(
            "finding_info",
            new Json().put("uid", event.origin() + "/" + event.seq()).put("title", title))
        .put("message", text)
        .put("actor", actor(event));
  }

  private static Json product() {
    return new Json().put("name", "Sallyport").put("vendor_name", "Sallyport");
  }

  static Json entity(String name, String type, String uid) {
    return new Json().put("name", name).put("type", type).put("uid", uid.isEmpty() ? name : uid);
  }

  static Json actor(Event event) {
    var intent = event.intent();
    return new Json()
        .put("user", event.subject().isEmpty() ? null : user(event))
        .put("app_uid", event.client())
        .put("idp", new Json().put("name", event.issuer()))
        .put("session", new Json().put("uid", intent == null ? "" : intent.session()));
  }

  // A class that demands a user gets one of type "unknown" where there is none.
  static Json user(Event event) {
    var subject = event.subject();
    return subject.isEmpty()
        ? new Json().put("type_id", 0).put("name", "unknown")
        : new Json().put("uid", subject);
  }

  static Json endpoint(Event event) {
    return new Json().put("ip", event.remote());
  }

  private static List<Json> resources(Event event) {
    var resources = new ArrayList<Json>();
    List<Resource> released = List.of();
    if (event.entry() instanceof Outcome e) {
      released = e.resources();
    } else if (event.entry() instanceof Disclosure e) {
      released = e.resources();
    }
    for (var one : released) {
      resources.add(
          new Json()
              .put("type", one.type())
              .put("uid", one.id())
              .put("labels", one.patients().stream().map(p -> "patient:" + p).toList()));
    }
    if (resources.isEmpty()) { // the class demands one: what was asked for
      resources.add(new Json().put("name", event.target().isEmpty() ? "-" : event.target()));
    }
    return resources;
  }

  private static int activity(String interaction) {
    return switch (interaction) {
      case "create" -> 1;
      case "read", "vread", "history" -> 2;
      case "update", "patch" -> 3;
      case "delete" -> 4;
      case "search" -> 5;
      case "export" -> 7;
      default -> interaction.isEmpty() ? 0 : OTHER;
    };
  }
}
