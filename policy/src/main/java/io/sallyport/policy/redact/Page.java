package io.sallyport.policy.redact;

import java.util.Arrays;

/** Bytes that grow. */
final class Page implements Sink {
  private byte[] bytes = new byte[8 << 10];
  private int size;

  @Override
  public void write(byte[] source, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + length));
    }
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  void writeTo(Sink sink) {
    sink.write(bytes, 0, size);
  }
}
