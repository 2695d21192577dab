package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.loadtest.DemoEhr;
import io.sallyport.proxy.fixtures.ApplianceFiles;
import io.sallyport.proxy.fixtures.Caller;
import io.sallyport.proxy.fixtures.ForkedAppliance;
import io.sallyport.proxy.fixtures.TestVolume;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that answers every write with an input/output error: nothing is forwarded any more, the
 * appliance says that it is not ready, and stays up to be looked at.
 */
class DeadDiskTest {
  @TempDir Path dir;
  private final AtomicInteger forwarded = new AtomicInteger();

  @Test
  @Tag("real")
  void forceThatFailsRefusesEverythingAndTheProcessStaysUp() throws Exception {
    TestVolume.require();
    try (TestVolume volume = TestVolume.ext4(dir.resolve("volume"), 80);
        DemoEhr ehr = DemoEhr.start(0);
        ApplianceFiles files = new ApplianceFiles(dir, ehr.base())) {
      ehr.onRequest(request -> forwarded.incrementAndGet());
      int admin;
      try (ServerSocket free = new ServerSocket(0)) {
        admin = free.getLocalPort();
      }
      Files.writeString(
          files.config(),
          Files.readString(files.config())
              .replace("{dir: journal,", "{dir: \"" + volume.path().resolve("journal") + "\",")
              .replace("port: 0}", "port: " + admin + "}"));
      Path log = dir.resolve("log");
      Process process = ForkedAppliance.serve(files, log);
      try {
        await(process, log, () -> ForkedAppliance.connects(files.port()));
        assertThat(ask(files)).startsWith("HTTP/1.1 200");
        assertThat(ready(admin)).isEqualTo(200);
        volume.cutPower();
        // The one that finds out may be answered: it is of class process.
        await(process, log, () -> ask(files).startsWith("HTTP/1.1 503"));
        int before = forwarded.get();
        for (int i = 0; i < 20; i++) {
          assertThat(ask(files)).startsWith("HTTP/1.1 503").contains("Retry-After");
        }
        assertThat(forwarded.get()).isEqualTo(before);
        assertThat(ready(admin)).isEqualTo(503);
        assertThat(process.isAlive()).isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static String ask(ApplianceFiles files) throws Exception {
    try (Caller caller = new Caller(files, 0)) {
      return caller.get("/Patient/" + DemoEhr.PATIENT);
    }
  }

  private static int ready(int admin) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/health/ready")).build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Process process, Path log, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.holds()) {
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
