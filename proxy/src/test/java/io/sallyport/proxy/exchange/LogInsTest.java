package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sallyport.policy.Claims;
import io.sallyport.proxy.authn.Identity;
import io.sallyport.proxy.journal.AdminEntry.LoggedIn;
import io.sallyport.proxy.journal.AdminEntry.Privileges;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.FakeJournal;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.journal.JournalUnavailable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogInsTest {
  private final Stage stage = new Stage();
  private final FakeJournal journal = new FakeJournal();
  private LogIns logIns = new LogIns(journal, 1_000, new SeenPrivileges());
  private int number;

  private static Identity who(String subject, String token, String role, Object scope) {
    return new Identity(
        "https://idp",
        subject,
        "app",
        token,
        Long.MAX_VALUE,
        new Claims(Map.of("role", role, "scope", scope, "acr", "mfa", "amr", List.of("b", "a"))));
  }

  private CompletableFuture<Identity> admit(Identity who) {
    RequestHead head = new RequestHead("GET", "/fhir", null, "h", "", "", "", "", "", "");
    Exchange x =
        new Exchange(
            "x" + ++number,
            ImmediateEventExecutor.INSTANCE,
            stage.snapshot(),
            head,
            Unpooled.EMPTY_BUFFER,
            "192.0.2.7",
            stage.redactor,
            null);
    return logIns.admit(x, who).toCompletableFuture();
  }

  private List<String> kinds() {
    return journal.entries().stream().map(JournalEntry::kind).toList();
  }

  @Test
  void aTokenIsALogInOnceAndSaysWhatItGives() {
    Identity nurse = who("n1", "t1", "nurse", "openid  user/*.rs openid");
    assertThat(admit(nurse).join()).isSameAs(nurse);
    assertThat(admit(nurse).join()).isSameAs(nurse);
    assertThat(journal.entries())
        .containsExactly(
            new LoggedIn(
                "x1",
                "https://idp",
                "n1",
                "app",
                "t1",
                "",
                "192.0.2.7",
                "/fhir=nurse",
                "openid user/*.rs",
                "acr=mfa amr=a,b"));
    // Another with the same rights is a log-in and no more; nobody's role is "-".
    admit(who("n1", "t2", "nurse", "user/*.rs openid")).join();
    admit(who("n2", "t3", "cook", "")).join();
    assertThat(kinds()).containsExactly("login", "login", "login");
    assertThat(journal.entries(LoggedIn.class).get(2).roles()).isEqualTo("/fhir=-");
    // The id of a token is its issuer's and subject's own.
    admit(who("n3", "t1", "nurse", "")).join();
    assertThat(journal.entries(LoggedIn.class)).hasSize(4);
  }

  @Test
  void whatIsNotAsLastSeenIsRecordedAheadAndOnTheDisk() {
    admit(who("n1", "t1", "nurse", "openid")).join();
    admit(who("n1", "t2", "clerk", "openid")).join();
    assertThat(kinds()).containsExactly("login", "privileges", "login");
    assertThat(journal.entries(Privileges.class))
        .containsExactly(
            new Privileges(
                "x2",
                "https://idp",
                "n1",
                "app",
                "/fhir=clerk",
                "openid",
                "acr=mfa amr=a,b",
                "/fhir=nurse",
                "openid",
                "acr=mfa amr=a,b"));
    assertThat(journal.durability(1)).isEqualTo(Durability.DISK);
    admit(who("n1", "t3", "clerk", "openid profile")).join();
    assertThat(journal.entries(Privileges.class).get(1).scopesBefore()).isEqualTo("openid");
  }

  @Test
  void nobodyIsServedByATokenBeforeItsRecordsAreThere() {
    admit(who("n1", "t1", "nurse", "")).join();
    journal.holdDisk();
    CompletableFuture<Identity> first = admit(who("n1", "t2", "clerk", ""));
    CompletableFuture<Identity> second = admit(who("n1", "t2", "clerk", ""));
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    journal.forceNow();
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(kinds()).containsExactly("login", "privileges", "login");
  }

  @Test
  void whatCouldNotBeRecordedIsTriedAgainAndNothingOfItIsLost() {
    admit(who("n1", "t1", "nurse", "")).join();
    for (int failing = 0; failing < 2; failing++) {
      journal.failNextAppend();
      assertThat(admit(who("n1", "t2", "clerk", "")))
          .failsWithin(java.time.Duration.ofSeconds(5))
          .withThrowableThat()
          .withCauseInstanceOf(JournalUnavailable.class);
    }
    assertThat(admit(who("n1", "t2", "clerk", ""))).isCompleted();
    assertThat(kinds()).containsExactly("login", "privileges", "login");
  }

  @Test
  void afterARestartATokenIsKnownAndAChangedPolicyIsSeen() throws IOException {
    SeenPrivileges seen = new SeenPrivileges();
    admit(who("n1", "t1", "nurse", "")).join();
    admit(who("n2", "t2", "nurse", "")).join();
    long seq = 0;
    for (JournalEntry entry : journal.entries()) {
      seen.apply(new JournalReader.Entry(seq++, Instant.EPOCH, -1, entry));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    seen.write(new DataOutputStream(bytes));
    SeenPrivileges read = new SeenPrivileges();
    read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(read.seen()).isEqualTo(seen.seen()).hasSize(2);
    logIns = new LogIns(journal, 1_000, read);
    admit(who("n1", "t1", "nurse", "")).join();
    assertThat(journal.entries()).hasSize(2);
    // The same token, which the policy now maps to something else.
    admit(who("n2", "t2", "clerk", "")).join();
    assertThat(kinds()).containsExactly("login", "login", "privileges");
    seen.apply(
        new JournalReader.Entry(seq, Instant.EPOCH, -1, journal.entries(Privileges.class).get(0)));
    assertThat(seen.seen().values())
        .contains(new SeenPrivileges.Last("t2", "/fhir=clerk", "", "acr=mfa amr=a,b"));
  }

  @Test
  void whatAnIssuerWritesIsBoundedAndStillToldApart() {
    String long1 = "s".repeat(2_000) + "1";
    String long2 = "s".repeat(2_000) + "2";
    admit(who("n1", "t1", "nurse", long1)).join();
    admit(who("n1", "t2", "nurse", long2)).join();
    assertThat(kinds()).containsExactly("login", "privileges", "login");
    assertThat(journal.entries(LoggedIn.class)).allMatch(e -> e.scopes().length() < 600);
  }
}
