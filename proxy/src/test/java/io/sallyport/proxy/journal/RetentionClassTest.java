package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sallyport.proxy.journal.JournalEntry.Alert;
import io.sallyport.proxy.journal.JournalEntry.Refused;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionClassTest {
  @TempDir Path dir;

  private static Refused refused(long intent, int status, String subject) {
    return new Refused(
        "x", intent, status, "reason", "", "", subject, "", "192.0.2.7", "/fhir", "GET", "");
  }

  private static RetentionClass of(JournalEntry entry) {
    var payload = new PayloadWriter();
    payload.write(entry);
    return payload.retention();
  }

  @Test
  void whatIsAboutAPatientOrByAPersonIsAccess() {
    assertThat(of(Entries.intent("x", "u", "Patient/1"))).isEqualTo(RetentionClass.ACCESS);
    assertThat(of(Entries.outcome("x", 7, "1"))).isEqualTo(RetentionClass.ACCESS);
    assertThat(of(refused(-1, 403, "u"))).isEqualTo(RetentionClass.ACCESS);
    assertThat(of(refused(7, 401, ""))).isEqualTo(RetentionClass.ACCESS);
  }

  @Test
  void strangersAndFailedLogInsAreSecurity() {
    assertThat(of(refused(-1, 400, ""))).isEqualTo(RetentionClass.SECURITY);
    assertThat(of(refused(-1, 401, "u"))).isEqualTo(RetentionClass.SECURITY);
    assertThat(of(Entries.outcome("x", -1))).isEqualTo(RetentionClass.SECURITY);
  }

  @Test
  void everyEncryptedTypeHasAClassAndNoOther() {
    for (var type : FrameType.values()) {
      assertThat(type.retention != null).as("%s", type).isEqualTo(type.encrypted);
    }
  }

  @Test
  void framesCarryTheirClassInEveryPiece() throws Exception {
    try (var journal = Entries.open(dir)) {
      Entries.done(journal.append("", new Alert("long", "x".repeat(150_000)), Durability.DISK));
      Entries.done(journal.append("", refused(-1, 401, ""), Durability.DISK));
      Entries.exchange(journal, "1", "p1");
    }
    var seen = new ArrayList<String>();
    try (var walk = new JournalWalk(dir.resolve("journal"))) {
      while (walk.next()) {
        if (walk.header().type().encrypted) {
          seen.add(walk.header().type() + " " + walk.header().retention());
        } else {
          assertThat(walk.header().retention()).isNull();
        }
      }
    }
    assertThat(seen)
        .isEqualTo(
            List.of(
                "ALERT ADMINISTRATION",
                "ALERT ADMINISTRATION",
                "ALERT ADMINISTRATION",
                "REFUSED SECURITY",
                "INTENT ACCESS",
                "OUTCOME ACCESS"));
  }

  private static byte[] header(FrameType type, int flags) {
    var to = ByteBuffer.allocate(Frame.HEADER + Frame.TAG);
    Frame.putHeader(to, type, flags, 1, 7, 0, -1, 0, Frame.TAG);
    return to.array();
  }

  @Test
  void aFrameWithoutItsClassOrWithOneToMuchIsMalformed() throws Exception {
    int size = Frame.HEADER + Frame.TAG;
    for (int code = 1; code <= 3; code++) {
      assertThat(Frame.header(header(FrameType.ALERT, code << 2), 0, size).retention().code())
          .isEqualTo(code);
      var clear = header(FrameType.RECOVERY, code << 2);
      assertThatThrownBy(() -> Frame.header(clear, 0, size)).isInstanceOf(Frame.Malformed.class);
    }
    var none = header(FrameType.ALERT, 0);
    assertThatThrownBy(() -> Frame.header(none, 0, size)).isInstanceOf(Frame.Malformed.class);
    var unknown = header(FrameType.ALERT, 16);
    assertThatThrownBy(() -> Frame.header(unknown, 0, size)).isInstanceOf(Frame.Malformed.class);
  }
}
