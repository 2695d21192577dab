package io.sallyport.proxy.exchange;

import io.sallyport.proxy.journal.AdminEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.state.Section;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What each subject could do by each client when last seen, as the journal tells it. At most {@link
 * #SUBJECTS_MAX}: beyond it who was not seen for longest is forgotten, and is new when next seen.
 * One thread.
 */
public final class SeenPrivileges implements Section {
  static final int SUBJECTS_MAX = 50_000;

  /** Who, by what. */
  record Key(String issuer, String subject, String client) {}

  /**
   * What a token gave, and its id.
   *
   * @param roles by route: {@code /fhir=nurse}, separated by commas
   */
  record Last(String token, String roles, String scopes, String assurance) {
    boolean gives(Last other) {
      return roles.equals(other.roles)
          && scopes.equals(other.scopes)
          && assurance.equals(other.assurance);
    }
  }

  private final Map<Key, Last> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Last> eldest) {
          return size() > SUBJECTS_MAX;
        }
      };

  @Override
  public String name() {
    return "privileges 1";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("login", "privileges");
  }

  @Override
  public void apply(JournalReader.Entry read) {
    if (read.entry() instanceof AdminEntry.LoggedIn e) {
      seen.put(
          new Key(e.issuer(), e.subject(), e.client()),
          new Last(e.token(), e.roles(), e.scopes(), e.assurance()));
    } else if (read.entry() instanceof AdminEntry.Privileges e) {
      var key = new Key(e.issuer(), e.subject(), e.client());
      var before = seen.get(key);
      seen.put(
          key,
          new Last(before == null ? "" : before.token(), e.roles(), e.scopes(), e.assurance()));
    }
  }

  /** A copy, who was not seen for longest first. */
  Map<Key, Last> seen() {
    return new LinkedHashMap<>(seen);
  }

  @Override
  public void write(DataOutput to) throws IOException {
    to.writeInt(seen.size());
    for (var one : seen.entrySet()) {
      to.writeUTF(one.getKey().issuer());
      to.writeUTF(one.getKey().subject());
      to.writeUTF(one.getKey().client());
      to.writeUTF(one.getValue().token());
      to.writeUTF(one.getValue().roles());
      to.writeUTF(one.getValue().scopes());
      to.writeUTF(one.getValue().assurance());
    }
  }

  @Override
  public void read(DataInput from) throws IOException {
    for (int left = from.readInt(); left > 0; left--) {
      seen.put(
          new Key(from.readUTF(), from.readUTF(), from.readUTF()),
          new Last(from.readUTF(), from.readUTF(), from.readUTF(), from.readUTF()));
    }
  }

  @Override
  public void clear() {
    seen.clear();
  }
}
