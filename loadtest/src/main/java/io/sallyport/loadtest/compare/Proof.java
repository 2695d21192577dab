package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * That the stages of an appliance are on: who has no token, a forged one or no TLS gets nothing.
 */
final class Proof {
  private static final int MILLIS = 5_000;

  private Proof() {}

  static void of(Contestant contestant, LoadGenerator generator, Workload workload) {
    String good = contestant.callers("proof", 1).get(0);
    int middle = good.lastIndexOf('.') + 20; // in the signature
    char other = good.charAt(middle) == 'A' ? 'B' : 'A';
    String forged = good.substring(0, middle) + other + good.substring(middle + 1);
    expect401(contestant, generator, workload, null, "without a token");
    expect401(contestant, generator, workload, forged, "with a forged token");
    plaintext(contestant, workload);
  }

  private static void expect401(
      Contestant contestant,
      LoadGenerator generator,
      Workload workload,
      String authorization,
      String who) {
    Endpoint endpoint = Requests.one(contestant, workload, authorization);
    int status = generator.once(endpoint, contestant.name() + ", " + who).status();
    if (status != 401) {
      throw CompareFailure.bad(
          contestant.name()
              + " answers "
              + status
              + " instead of 401 to who comes "
              + who
              + ": authentication is switched off, and no figure would mean anything");
    }
  }

  static void plaintext(Contestant contestant, Workload workload) {
    try (Socket socket = new Socket(contestant.host(), contestant.port())) {
      socket.setSoTimeout(MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(Requests.head(contestant, workload, contestant.callers("proof", 1).get(0)));
      out.flush();
      byte[] start = socket.getInputStream().readNBytes(12);
      if (new String(start, StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 2")) {
        throw CompareFailure.bad(
            contestant.name() + " answers plain HTTP: TLS is switched off, and is to be measured");
      }
    } catch (IOException refused) {
      return; // as it should be
    }
  }
}
