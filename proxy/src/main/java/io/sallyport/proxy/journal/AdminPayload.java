package io.sallyport.proxy.journal;

import io.sallyport.proxy.journal.AdminEntry.ConfigDiff;
import io.sallyport.proxy.journal.AdminEntry.JournalRead;
import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
import io.sallyport.proxy.journal.AdminEntry.Pseudonym;
import io.sallyport.proxy.journal.AdminEntry.RoleView;
import java.util.Map;

/**
 * Records of who may do what and of who looked: their bytes and their words. {@link PayloadWriter}
 * and {@link EntryText} have those of accesses and of the appliance's own life.
 */
final class AdminPayload {
  private AdminPayload() {}

  /** Encodes an entry; null when it is none of these. */
  static FrameType write(JournalEntry entry, PayloadWriter to) {
    if (entry instanceof JournalRead e) {
      to.texts(e.who(), e.host(), e.command(), e.patient(), e.user(), e.filter(), e.asked());
      return FrameType.JOURNAL_READ;
    }
    if (entry instanceof LoggedIn e) {
      to.texts(e.exchange(), e.issuer(), e.subject(), e.client(), e.token(), e.session());
      to.texts(e.remote(), e.roles(), e.scopes(), e.assurance());
      return FrameType.LOGIN;
    }
    if (entry instanceof Privileges e) {
      to.texts(e.exchange(), e.issuer(), e.subject(), e.client());
      to.texts(e.roles(), e.scopes(), e.assurance());
      to.texts(e.rolesBefore(), e.scopesBefore(), e.assuranceBefore());
      return FrameType.PRIVILEGES;
    }
    if (entry instanceof RoleView e) {
      to.texts(e.policy(), e.role(), e.before(), e.after(), e.types());
      return FrameType.ROLE_VIEW;
    }
    if (entry instanceof ConfigDiff e) {
      to.texts(e.file(), e.before(), e.after());
      to.signed(e.part());
      to.signed(e.parts());
      to.texts(e.diff());
      return FrameType.CONFIG_DIFF;
    }
    if (entry instanceof Pseudonym e) {
      to.texts(e.key(), e.tag(), e.id());
      return FrameType.PSEUDONYM;
    }
    return null;
  }

  /** Decodes the entry of a frame; its type is one of these. */
  static JournalEntry read(FrameType type, PayloadReader from) {
    return switch (type) {
      case JOURNAL_READ ->
          new JournalRead(
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text());
      case LOGIN ->
          new LoggedIn(
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text());
      case PRIVILEGES ->
          new Privileges(
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text(),
              from.text());
      case ROLE_VIEW ->
          new RoleView(from.text(), from.text(), from.text(), from.text(), from.text());
      case CONFIG_DIFF ->
          new ConfigDiff(
              from.text(), from.text(), from.text(), from.int32(), from.int32(), from.text());
      case PSEUDONYM -> new Pseudonym(from.text(), from.text(), from.text());
      default -> throw new IllegalArgumentException(type + " frames hold no entry");
    };
  }

  /** One word of what it is; null when it is none of these. */
  static String type(JournalEntry entry) {
    if (entry instanceof JournalRead) {
      return "journal-read";
    }
    if (entry instanceof LoggedIn) {
      return "login";
    }
    if (entry instanceof Privileges) {
      return "privileges";
    }
    if (entry instanceof RoleView) {
      return "role-view";
    }
    if (entry instanceof Pseudonym) {
      return "pseudonym";
    }
    return entry instanceof ConfigDiff ? "config-diff" : null;
  }

  /** Its fields by name. */
  static void fields(Map<String, Object> to, JournalEntry entry) {
    if (entry instanceof JournalRead e) {
      to.put("who", e.who());
      to.put("host", e.host());
      to.put("command", e.command());
      to.put("patient", e.patient());
      to.put("user", e.user());
      to.put("filter", e.filter());
      to.put("asked", e.asked());
    } else if (entry instanceof LoggedIn e) {
      to.put("exchange", e.exchange());
      to.put("issuer", e.issuer());
      to.put("subject", e.subject());
      to.put("client", e.client());
      to.put("token", e.token());
      to.put("session", e.session());
      to.put("remote", e.remote());
      to.put("roles", e.roles());
      to.put("scopes", e.scopes());
      to.put("assurance", e.assurance());
    } else if (entry instanceof Privileges e) {
      to.put("exchange", e.exchange());
      to.put("issuer", e.issuer());
      to.put("subject", e.subject());
      to.put("client", e.client());
      to.put("roles", e.roles());
      to.put("scopes", e.scopes());
      to.put("assurance", e.assurance());
      to.put("rolesBefore", e.rolesBefore());
      to.put("scopesBefore", e.scopesBefore());
      to.put("assuranceBefore", e.assuranceBefore());
    } else if (entry instanceof RoleView e) {
      to.put("policy", e.policy());
      to.put("role", e.role());
      to.put("before", e.before());
      to.put("after", e.after());
      to.put("types", e.types());
    } else if (entry instanceof ConfigDiff e) {
      to.put("file", e.file());
      to.put("before", e.before());
      to.put("after", e.after());
      to.put("part", e.part());
      to.put("parts", e.parts());
      to.put("diff", e.diff());
    } else if (entry instanceof Pseudonym e) {
      to.put("key", e.key());
      to.put("tag", e.tag());
      to.put("id", e.id());
    }
  }
}
