package io.sallyport.proxy.siem;

import static io.sallyport.proxy.siem.Ocsf.INFORMATIONAL;
import static io.sallyport.proxy.siem.Ocsf.MEDIUM;
import static io.sallyport.proxy.siem.Ocsf.SUCCESS;

import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
import io.sallyport.proxy.journal.AdminEntry.Pseudonym;
import io.sallyport.proxy.journal.AdminEntry.RoleView;
import java.util.List;

/** In OCSF: who may do what, who logged in, and who read the journal. */
final class OcsfAdmin {
  private static final int USER_ACCESS = 3005;
  private static final int LOGON = 1;
  private static final int CREATE = 1;
  private static final int READ = 2;
  private static final int UPDATE = 3;

  private OcsfAdmin() {}

  /** Null for what is none of these. */
  static Json json(Event event) {
    var entry = event.entry();
    if (entry instanceof LoggedIn e) {
      return Ocsf.base(event, Ocsf.AUTHENTICATION, LOGON, INFORMATIONAL, SUCCESS)
          .put("user", Ocsf.user(event))
          .put("actor", Ocsf.actor(event))
          .put("src_endpoint", Ocsf.endpoint(event))
          .put("session", new Json().put("uid", e.session()))
          .put(
              "unmapped",
              new Json()
                  .put("token", e.token())
                  .put("roles", e.roles())
                  .put("scopes", e.scopes())
                  .put("assurance", e.assurance()));
    }
    if (entry instanceof Privileges e) {
      // Neither "assign" nor "revoke": it may be both at once.
      return Ocsf.base(event, USER_ACCESS, Ocsf.OTHER, MEDIUM, SUCCESS)
          .put("activity_name", "Change Privileges")
          .put("user", Ocsf.user(event))
          .put("actor", Ocsf.actor(event))
          .put("privileges", List.of("roles " + e.roles(), "scopes " + e.scopes()))
          .put(
              "unmapped",
              new Json()
                  .put("assurance", e.assurance())
                  .put("rolesBefore", e.rolesBefore())
                  .put("scopesBefore", e.scopesBefore())
                  .put("assuranceBefore", e.assuranceBefore()));
    }
    if (entry instanceof RoleView e) {
      return Ocsf.base(event, Ocsf.ENTITIES, UPDATE, MEDIUM, SUCCESS)
          .put("entity", Ocsf.entity(e.role(), "role", e.after()))
          .put("message", "what the role sees has changed: " + e.types())
          .put("unmapped", new Json().put("policy", e.policy()).put("before", e.before()));
    }
    if (entry instanceof ConfigDiff e) {
      return Ocsf.base(event, Ocsf.ENTITIES, UPDATE, INFORMATIONAL, SUCCESS)
          .put("entity", Ocsf.entity(e.file(), "configuration", e.after()))
          .put(
              "unmapped",
              new Json().put("before", e.before()).put("part", e.part()).put("parts", e.parts()));
    }
    if (entry instanceof Pseudonym e) {
      return Ocsf.base(event, Ocsf.ENTITIES, CREATE, INFORMATIONAL, SUCCESS)
          .put("entity", Ocsf.entity(e.key(), "pseudonym", e.tag()));
    }
    if (entry instanceof JournalRead e) {
      return Ocsf.base(event, Ocsf.ENTITIES, READ, INFORMATIONAL, SUCCESS)
          .put("entity", Ocsf.entity(event.origin(), "journal", ""))
          .put("actor", new Json().put("user", new Json().put("name", e.who())))
          .put("src_endpoint", new Json().put("hostname", e.host()))
          .put("message", e.command())
          .put(
              "unmapped",
              new Json()
                  .put("patient", e.patient())
                  .put("user", e.user())
                  .put("filter", e.filter())
                  .put("asked", e.asked()));
    }
    return null;
  }
}
