package io.sallyport.proxy.exchange;

import java.time.Instant;
import java.util.Map;

/**
 * What somebody outside is told: identifiers, and no clinical value.
 *
 * @param to a name under {@code notifications} in the config
 * @param message its id, the same however often it is sent
 * @param type what has happened: {@code break-glass.started}
 * @param data who and whose, by name
 */
public record Notice(
    String to, String message, String type, Instant time, Map<String, String> data) {
  @Override
  public String toString() {
    return "[phi]";
  }
}
