package io.sallyport.policy.redact;

/** Where redacted bytes go: the caller's outbound buffer, so that they are copied once. */
@FunctionalInterface
public interface Sink {
  void write(byte[] source, int offset, int length);
}
