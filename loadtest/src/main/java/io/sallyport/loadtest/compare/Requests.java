package io.sallyport.loadtest.compare;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The bytes of requests: the same for every contestant. */
final class Requests {
  private Requests() {}

  /** For so many callers of a run. */
  static Endpoint all(Contestant to, Workload workload, String run, int callers) {
    List<byte[]> heads =
        to.callers(run, callers).stream().map(token -> head(to, workload, token)).toList();
    return new Endpoint(to.host(), to.port(), to.tls(), workload.fresh(), heads);
  }

  /**
   * For one.
   *
   * @param authorization null to send none
   */
  static Endpoint one(Contestant to, Workload workload, String authorization) {
    return new Endpoint(
        to.host(),
        to.port(),
        to.tls(),
        workload.fresh(),
        List.of(head(to, workload, authorization)));
  }

  static byte[] head(Contestant to, Workload workload, String authorization) {
    return ("GET "
            + to.base()
            + workload.path()
            + " HTTP/1.1\r\nHost: "
            + to.host()
            + ":"
            + to.port()
            + (authorization == null ? "" : "\r\nAuthorization: " + authorization)
            + "\r\nAccept: application/fhir+json"
            + (workload.fresh() ? "\r\nConnection: close" : "")
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
