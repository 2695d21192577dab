package io.sallyport.proxy.config;

import io.sallyport.policy.PolicySet;
import io.sallyport.policy.RoleDigests;
import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a configuration that comes into force changes: its files line by line, and what roles see.
 */
public final class ConfigChanges {
  /** Characters of a difference in one record. */
  static final int PART_CHARS = 30_000;

  private ConfigChanges() {}

  /** The records of it, before the configuration is in force; none when it is as it was. */
  public static List<JournalEntry> of(LoadedTexts before, Sources now) {
    List<JournalEntry> changes = new ArrayList<>();
    TreeSet<String> files = new TreeSet<>(before.texts().keySet());
    files.addAll(now.texts().keySet());
    for (String file : files) {
      diff(file, before.texts().get(file), now.texts().get(file), changes);
    }
    if (!changes.isEmpty()) {
      now.policies().forEach((file, policy) -> views(before, now, file, policy, changes));
    }
    return changes;
  }

  private static void diff(
      String file, LoadedTexts.Text before, String now, List<JournalEntry> to) {
    String was = before == null ? "" : before.hash();
    String is = now == null ? "" : LoadedTexts.sha256(now);
    if (was.equals(is)) {
      return;
    }
    boolean told = now == null || now.length() <= LoadedTexts.CHARS_MAX;
    // From a text that is not known any more it tells the whole.
    String diff = told ? Diff.of(before == null ? null : before.text(), now) : "";
    List<String> parts = parts(diff);
    for (int i = 0; i < parts.size(); i++) {
      to.add(new AdminEntry.ConfigDiff(file, was, is, i + 1, parts.size(), parts.get(i)));
    }
  }

  private static List<String> parts(String diff) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    do {
      int end = Math.min(diff.length(), from + PART_CHARS);
      if (end < diff.length() && Character.isHighSurrogate(diff.charAt(end - 1))) {
        end--; // its other half is of the same record
      }
      parts.add(diff.substring(from, end));
      from = end;
    } while (from < diff.length());
    return parts;
  }

  // A policy that was not in force before alters nobody's view: its roles are new with it.
  private static void views(
      LoadedTexts before, Sources now, String file, PolicySet policy, List<JournalEntry> to) {
    LoadedTexts.Text text = before.texts().get(file);
    if (text == null) {
      return;
    }
    PolicySet old =
        text.text() == null
            ? null
            : PolicySet.read(
                file,
                text.text(),
                name -> {
                  LoadedTexts.Text beside = before.texts().get(now.beside(file, name));
                  return beside == null ? null : beside.text();
                },
                now.keys()::get,
                problem -> {});
    TreeSet<String> roles = new TreeSet<>(policy.roles());
    roles.addAll(old == null ? List.of() : old.roles());
    for (String role : roles) {
      Map<String, String> was = old == null ? Map.of() : RoleDigests.of(old, role);
      Map<String, String> is = RoleDigests.of(policy, role);
      TreeSet<String> types = new TreeSet<>(was.keySet());
      types.addAll(is.keySet());
      int all = types.size();
      types.removeIf(type -> was.getOrDefault(type, "").equals(is.getOrDefault(type, "")));
      if (!types.isEmpty()) {
        String concerned = types.size() == all && all > 20 ? "*" : String.join(",", types);
        to.add(new AdminEntry.RoleView(file, role, whole(was), whole(is), concerned));
      }
    }
  }

  private static String whole(Map<String, String> digests) {
    return digests.isEmpty() ? "" : LoadedTexts.sha256(new TreeMap<>(digests).toString());
  }
}
