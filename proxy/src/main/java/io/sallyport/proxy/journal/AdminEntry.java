package io.sallyport.proxy.journal;

/**
 * Who may do what, who logged in, and who read the journal. Beside the accesses themselves: what 45
 * CFR 164.312(b) wants to be examined, too.
 */
public sealed interface AdminEntry extends JournalEntry {
  /**
   * How a file of the configuration that came into force differs from the one before it. A long
   * difference goes on in the next records.
   *
   * @param file its name: of the configuration, a policy, or what one names
   * @param before SHA-256 of the text before, hex; "" for a file that was not there
   * @param after the same of the text now; "" for one that is gone
   * @param part which part of the difference this is, from 1
   * @param diff lines of a unified difference
   */
  record ConfigDiff(String file, String before, String after, int part, int parts, String diff)
      implements AdminEntry {}

  /**
   * A role does not see what it saw before.
   *
   * @param policy the policy's file
   * @param before digest of what it could do and see, hex; "" for a new role, or when that cannot
   *     be known any more
   * @param after the same now; "" for a role that is gone
   * @param types the resource types concerned, separated by commas; {@code *} for all
   */
  record RoleView(String policy, String role, String before, String after, String types)
      implements AdminEntry {}

  /**
   * A token was accepted that was not seen before: a log-in, as far as we hear of it.
   *
   * @param exchange the request it came with
   * @param token its id, as intents name it
   * @param session the issuer's session ({@code sid}), "" when the token does not say
   * @param roles what it is mapped to, by route: {@code /fhir=nurse}, separated by commas
   * @param scopes sorted, separated by spaces
   * @param assurance how well it is known who it is: {@code acr=mfa amr=otp,pwd}
   */
  record LoggedIn(
      String exchange,
      String issuer,
      String subject,
      String client,
      String token,
      String session,
      String remote,
      String roles,
      String scopes,
      String assurance)
      implements AdminEntry {}

  /**
   * What a subject may do by a client is not what it was when last seen: recorded before the first
   * request is served by it.
   *
   * @param roles what it is now, as {@link LoggedIn} has it
   * @param rolesBefore what it was
   */
  record Privileges(
      String exchange,
      String issuer,
      String subject,
      String client,
      String roles,
      String scopes,
      String assurance,
      String rolesBefore,
      String scopesBefore,
      String assuranceBefore)
      implements AdminEntry {}

  /**
   * Somebody reads the journal by a command on the appliance's machine: recorded before anything is
   * shown.
   *
   * @param who the operating system's user, and who became that one
   * @param command as {@code journal show}
   * @param patient whose records were asked for; "" for all
   * @param user whose accesses were asked for; "" for all
   * @param filter what else was asked for
   * @param asked when, as 2026-03-01T10:00:00Z: earlier than the record where no appliance ran
   */
  record JournalRead(
      String who,
      String host,
      String command,
      String patient,
      String user,
      String filter,
      String asked)
      implements AdminEntry {
    @Override
    public String toString() {
      return "[phi]";
    }
  }

  /**
   * A row of the table of pseudonyms, for an id that is too long to be in one: recorded before any
   * answer shows the pseudonym.
   *
   * @param key the audience's key, by its name in the configuration
   * @param tag what stands for the id in the pseudonym
   */
  record Pseudonym(String key, String tag, String id) implements AdminEntry {
    @Override
    public String toString() {
      return "[phi]";
    }
  }
}
