package io.sallyport.proxy.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path journal;

  private final List<String> alerts = new CopyOnWriteArrayList<>();
  private final List<DeskMessage> heard = new CopyOnWriteArrayList<>();

  private Desk open() throws IOException {
    DeskHandler reading =
        new DeskHandler() {
          @Override
          public DeskMessage handle(DeskMessage request, boolean late) {
            heard.add(request);
            return new DeskMessage(DeskMessage.DONE, Map.of("late", Boolean.toString(late)));
          }

          @Override
          public boolean late() {
            return true;
          }
        };
    return Desk.open(
        journal,
        Map.of(
            "reading", reading,
            "disposal", DeskTest::refuse,
            "broken", DeskTest::fail),
        (what, detail) -> alerts.add(what + ": " + detail));
  }

  private static DeskMessage refuse(DeskMessage request, boolean late) throws DeskHandler.Refused {
    throw new DeskHandler.Refused("on hold by record 12");
  }

  private static DeskMessage fail(DeskMessage request, boolean late) {
    throw new IllegalStateException("patient 4711");
  }

  private static DeskMessage message(String kind) {
    return new DeskMessage(kind, Map.of("filter", "a\\b\nc: d", "empty", ""));
  }

  private Path put(String name, byte[] bytes) throws IOException {
    return Files.write(DeskFiles.make(journal).resolve(name), bytes);
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(journal.resolve("desk"))) {
      return files.map(f -> f.getFileName().toString()).filter(n -> !n.equals("lock")).toList();
    }
  }

  @Test
  void aRequestIsHandledAndAnsweredAndNothingStaysBehind() throws IOException {
    var client = new DeskClient(journal);
    assertThat(client.attended()).isFalse();
    try (var desk = open()) {
      assertThat(desk).isNotNull();
      assertThat(client.attended()).isTrue();
      var answer = client.ask(message("reading"), PATIENCE);
      assertThat(answer).isEqualTo(new DeskMessage(DeskMessage.DONE, Map.of("late", "false")));
      assertThat(heard).containsExactly(message("reading"));
      assertThat(left()).isEmpty();
    }
    assertThat(client.attended()).isFalse();
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(journal.resolve("desk"))))
        .isEqualTo("rwx------");
  }

  @Test
  void whyItIsNotDoneIsAnsweredAndNoData() throws IOException {
    var client = new DeskClient(journal);
    try (var desk = open()) {
      assertThat(desk).isNotNull();
      assertThat(client.ask(message("disposal"), PATIENCE).fields())
          .containsEntry(DeskMessage.WHY, "on hold by record 12");
      assertThat(client.ask(message("broken"), PATIENCE).field(DeskMessage.WHY))
          .contains("failed")
          .doesNotContain("4711");
      assertThat(client.ask(message("nonsense"), PATIENCE).kind()).isEqualTo(DeskMessage.REFUSED);
    }
    assertThat(alerts).isEmpty();
  }

  @Test
  void nobodyThereIsSaidAtOnceAndTheRequestIsTakenBack() throws IOException {
    var client = new DeskClient(journal);
    assertThatThrownBy(() -> client.ask(message("reading"), PATIENCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("taken back");
    assertThat(left()).isEmpty();
  }

  @Test
  void whatWasLeftIsHandledAtTheNextStartOrToldAsRefused() throws IOException {
    var client = new DeskClient(journal);
    client.leave(message("reading"));
    client.leave(message("disposal"));
    put("0-half.request.new", new byte[0]);
    put("1-old.answer", message(DeskMessage.DONE).bytes());
    try (var desk = open()) {
      assertThat(desk).isNotNull();
      assertThat(heard).containsExactly(message("reading"));
      assertThat(alerts).hasSize(1);
      assertThat(alerts.get(0)).startsWith("desk-refused").contains("disposal", "ask again");
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void aRequestThatAKillLeftBesideItsAnswerIsNotHandledTwice() throws IOException {
    put("1-x.request", message("reading").bytes());
    put("1-x.answer", message(DeskMessage.DONE).bytes());
    open().close();
    assertThat(heard).isEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void whatIsNoSmallFileOfTheOwnerIsNotRead() throws IOException {
    var desk = DeskFiles.make(journal);
    var elsewhere = Files.write(journal.resolve("elsewhere"), message("reading").bytes());
    Files.createSymbolicLink(desk.resolve("1-link.request"), elsewhere);
    Files.createDirectory(desk.resolve("2-dir.request"));
    put("3-long.request", new byte[DeskMessage.BYTES_MAX + 1]);
    put("4-binary.request", new byte[] {(byte) 0xff});
    put("5-other.request", "kind: reading\n".getBytes(StandardCharsets.US_ASCII));
    open().close();
    assertThat(heard).isEmpty();
    assertThat(alerts).hasSize(5);
    assertThat(left()).isEmpty();
    assertThat(elsewhere).exists();
  }

  @Test
  void anAnswerThatNobodyTookGoes() throws IOException {
    try (var desk = open()) {
      assertThat(desk).isNotNull();
      var answer = put("1-x.answer", message(DeskMessage.DONE).bytes());
      var fresh = put("2-x.answer", message(DeskMessage.DONE).bytes());
      Files.setLastModifiedTime(answer, FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
      new DeskClient(journal).ask(message("reading"), PATIENCE);
      new DeskClient(journal).ask(message("reading"), PATIENCE);
      assertThat(answer).doesNotExist();
      assertThat(fresh).exists();
    }
  }

  @Test
  void aMessageHasOneForm() {
    assertThat(DeskMessage.parse(message("reading").bytes())).isEqualTo(message("reading"));
    for (var wrong :
        List.of(
            "sallyport desk 1\nkind: a\nkind: b\n",
            "sallyport desk 1\nx: y\n",
            "sallyport desk 1\nkind: a",
            "sallyport desk 2\nkind: a\n",
            "sallyport desk 1\nkind: a\nX: b\n",
            "sallyport desk 1\nkind: a\nx: \\t\n",
            "sallyport desk 1\nkind: a\nx: \\\n",
            "sallyport desk 1\nkind: a\nx\n")) {
      assertThatThrownBy(() -> DeskMessage.parse(wrong.getBytes(StandardCharsets.UTF_8)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () -> new DeskMessage("a", Map.of("x", "y".repeat(DeskMessage.BYTES_MAX))).bytes())
        .hasMessageContaining("65536");
  }
}
