package io.sallyport.loadtest.compare;

import java.io.IOException;
import java.util.List;

/**
 * One kind of request.
 *
 * @param name as in the report
 * @param path below the FHIR base, with its query
 * @param fresh whether each request makes a connection of its own
 * @param body what the record system answers
 */
record Workload(String name, String path, boolean fresh, byte[] body) {
  /** The entries that make 100 kB and 1 MB. */
  static final int SMALL_BUNDLE = 78;

  static final int LARGE_BUNDLE = 766;

  /** All four. */
  static List<Workload> all(String base) throws IOException {
    byte[] patient = Documents.patient();
    String read = "/Patient/" + Documents.PATIENT;
    return List.of(
        new Workload("Patient 2.3 kB read", read, false, patient),
        search("Bundle 100 kB search", base, SMALL_BUNDLE),
        search("Bundle 1 MB search", base, LARGE_BUNDLE),
        new Workload("full handshake per request", read, true, patient));
  }

  private static Workload search(String name, String base, int entries) throws IOException {
    return new Workload(
        name,
        "/Observation?patient=" + Documents.PATIENT + "&_count=" + entries,
        false,
        Documents.bundle(base, entries));
  }
}
