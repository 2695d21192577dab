package io.sallyport.proxy.noninterference;

import io.sallyport.proxy.noninterference.World.Stored;
import java.util.List;

/** A record system before which a {@link Trial} stands. */
interface Ehr {
  /** What its links begin with, whichever it is and wherever it runs. */
  String BASE = "http://ehr.internal:8080/fhir";

  /**
   * An answer.
   *
   * @param resources those that were found, whatever else it says
   */
  record Reply(
      int status,
      String contentType,
      String etag,
      String lastModified,
      byte[] body,
      List<Stored> resources) {}

  /** Answers a GET of a reference below the base. */
  Reply get(String reference);
}
