package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.proxy.cli.ThrowawayPki;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.RunningAppliance;
import io.sallyport.proxy.fixtures.ScriptedUpstream;
import io.sallyport.proxy.fixtures.TestTls;
import io.sallyport.proxy.siem.TlsReceiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appliance feeds a SIEM: what is asked of the one arrives at the other. */
class SiemTest {
  private static final String PATIENT =
      "{\"resourceType\":\"Patient\",\"id\":\"zq7\",\"birthDate\":\"1970-01-01\"}";

  @TempDir Path dir;
  @TempDir Path siem;

  private static String receiver(Path siem, int port) {
    return "siem: [{name: soc, to: \"syslog+tls://localhost:"
        + port
        + "\", trust: \"file:"
        + siem.resolve("ca.pem")
        + "\", format: ocsf}]";
  }

  @Test
  void accessIsAtTheReceiverWithItsCallerAndWithoutItsPatient() throws Exception {
    ThrowawayPki.write(siem);
    try (var upstream = new ScriptedUpstream(call -> call.answer(PATIENT));
        var receiver = new TlsReceiver(TestTls.serving(siem));
        var appliance =
            new RunningAppliance(dir, upstream.base(), "", receiver(siem, receiver.port()))) {
      read(appliance, "/Patient/zq7");
      read(appliance, "/Patient?gender=female");
      var outcome = await(receiver, " outcome [");
      assertThat(outcome)
          .startsWith("<110>1 ")
          .contains("\"class_uid\":6001", "\"code\":200", "\"role\":\"nurse\"")
          .doesNotContain("zq7", "1970-01-01");
      assertThat(await(receiver, "\"interaction\":\"search\""))
          .contains("\"query_string\":\"gender=\\u2026\"");
      assertThat(await(receiver, " started [")).contains("\"class_uid\":6002");
    }
  }

  @Test
  void receiverThatIsNotThereStopsNothing() throws Exception {
    ThrowawayPki.write(siem);
    try (var upstream = new ScriptedUpstream(call -> call.answer(PATIENT));
        var appliance = new RunningAppliance(dir, upstream.base(), "", receiver(siem, 1))) {
      read(appliance, "/Patient/zq7");
    }
    assertThat(Files.exists(dir.resolve("journal/export/soc.position"))).isFalse();
  }

  @Test
  void receiverWhoseCertificateIsAnothersHearsNothing() throws Exception {
    ThrowawayPki.write(siem);
    var other = Files.createDirectories(siem.resolve("other"));
    ThrowawayPki.write(other);
    try (var upstream = new ScriptedUpstream(call -> call.answer(PATIENT));
        var receiver = new TlsReceiver(TestTls.serving(other));
        var appliance =
            new RunningAppliance(dir, upstream.base(), "", receiver(siem, receiver.port()))) {
      read(appliance, "/Patient/zq7");
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (receiver.strangers() < 2 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(receiver.strangers()).isGreaterThanOrEqualTo(2);
      assertThat(receiver.messages()).isEmpty();
    }
  }

  private static void read(RunningAppliance appliance, String path) throws Exception {
    try (Caller caller = appliance.call()) {
      assertThat(caller.get(path)).contains(path.contains("?") ? " " : "200 ");
    }
  }

  private static String await(TlsReceiver receiver, String part) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    List<String> messages = receiver.messages();
    while (messages.stream().noneMatch(m -> m.contains(part)) && System.nanoTime() < deadline) {
      Thread.sleep(20);
      messages = receiver.messages();
    }
    assertThat(messages).anyMatch(m -> m.contains(part));
    return messages.stream().filter(m -> m.contains(part)).findFirst().orElseThrow();
  }
}
