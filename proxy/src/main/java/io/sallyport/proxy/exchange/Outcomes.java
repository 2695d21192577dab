package io.sallyport.proxy.exchange;

import io.sallyport.policy.Reason;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * The OperationOutcome of each {@link Reason}, as bytes prepared once: an attacker chooses how many
 * errors we write. Only the request id varies.
 */
final class Outcomes {
  private static final Map<Reason, byte[]> HEADS = new EnumMap<>(Reason.class);
  private static final byte[] TAIL = "\"}]}".getBytes(StandardCharsets.US_ASCII);

  static {
    for (Reason reason : Reason.values()) {
      String severity = reason == Reason.INTERNAL ? "fatal" : "error";
      HEADS.put(
          reason,
          ("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\""
                  + severity
                  + "\",\"code\":\""
                  + reason.issue()
                  + "\",\"details\":{\"coding\":[{\"system\":\"urn:sallyport:reason\",\"code\":\""
                  + reason
                  + "\"}],\"text\":\""
                  + reason.text()
                  + "\"},\"diagnostics\":\"Request ")
              .getBytes(StandardCharsets.US_ASCII));
    }
  }

  private Outcomes() {}

  /** The body for a refusal of the exchange {@code id}, whose characters need no escape. */
  static byte[] body(Reason reason, String id) {
    byte[] head = HEADS.get(reason);
    byte[] middle = id.getBytes(StandardCharsets.US_ASCII);
    byte[] body = new byte[head.length + middle.length + TAIL.length];
    System.arraycopy(head, 0, body, 0, head.length);
    System.arraycopy(middle, 0, body, head.length, middle.length);
    System.arraycopy(TAIL, 0, body, head.length + middle.length, TAIL.length);
    return body;
  }
}
