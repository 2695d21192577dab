package io.sallyport.policy.redact;

/** Where the upstream's bytes come from, so that they are copied once. */
@FunctionalInterface
public interface BundleSource {
  void read(byte[] into, int offset, int length);
}
