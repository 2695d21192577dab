package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigReader;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalReader;
import io.sallyport.proxy.kms.Kms;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded first, seen from both sides: upstream and client look at the journal at that moment. */
class OrderTest {
  @TempDir Path dir;

  @Test
  void theIntentIsThereWhenTheUpstreamHearsAndTheOutcomeWhenTheClientDoes() throws Exception {
    try (DemoEhr ehr = DemoEhr.start(0);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      List<Problem> problems = new ArrayList<>();
      Config config = ConfigReader.read(files.config(), problems::add);
      AtomicReference<List<JournalReader.Entry>> atUpstream = new AtomicReference<>();
      AtomicReference<Instant> heard = new AtomicReference<>();
      try (Appliance appliance =
          Appliance.start(config, Map.of(), Clock.systemUTC(), problems::add)) {
        assertThat(problems).noneMatch(Problem::isError);
        ehr.onRequest(
            request -> {
              heard.set(Instant.now());
              atUpstream.set(journal(files));
            });

        List<JournalReader.Entry> atClient = firstByte(files, appliance.ports().get(0));
        Instant answered = Instant.now();

        List<JournalReader.Entry> seenByUpstream = exchange(atUpstream.get());
        assertThat(seenByUpstream).hasSize(1);
        assertThat(seenByUpstream.get(0).entry()).isInstanceOf(JournalEntry.Intent.class);
        assertThat(seenByUpstream.get(0).time()).isBeforeOrEqualTo(heard.get());

        List<JournalReader.Entry> seenByClient = exchange(atClient);
        assertThat(seenByClient).hasSize(2);
        assertThat(seenByClient.get(1).entry()).isInstanceOf(JournalEntry.Outcome.class);
        assertThat(seenByClient.get(1).seq()).isGreaterThan(seenByClient.get(0).seq());
        assertThat(seenByClient.get(1).time()).isBetween(seenByClient.get(0).time(), answered);
        assertThat(seenByClient.get(1).ref()).isEqualTo(seenByClient.get(0).seq());
      }
    }
  }

  /** Reads the answer's first byte and then looks, before the rest is read. */
  private static List<JournalReader.Entry> firstByte(ApplianceFiles files, int port)
      throws Exception {
    try (SSLSocket socket =
        (SSLSocket) files.trusting().getSocketFactory().createSocket("localhost", port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("GET /fhir/Patient/"
                  + DemoEhr.PATIENT
                  + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                  + files.token()
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo('H');
      return journal(files);
    }
  }

  private static List<JournalReader.Entry> journal(ApplianceFiles files) {
    Kms kms = Kms.open("pkcs12:" + files.keys(), files.config().getParent(), "test".toCharArray());
    return new JournalReader(files.journal(), kms).entries(JournalReader.Filter.ALL);
  }

  private static List<JournalReader.Entry> exchange(List<JournalReader.Entry> all) {
    return all.stream()
        .filter(
            e ->
                e.entry() instanceof JournalEntry.Intent
                    || e.entry() instanceof JournalEntry.Outcome)
        .toList();
  }
}
