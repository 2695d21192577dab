package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sallyport.policy.redact.Sink;

/**
 * The outbound buffer that the redactor writes to. On the heap: what is released arrives in many
 * small pieces, for which a buffer's own checks cost more than the copy, it is hashed from there
 * without another copy, and TLS copies every record once, wherever it lies.
 */
final class Body implements Sink {
  private final ByteBuf buffer;
  private byte[] array;
  private int at;
  private int end;

  /**
   * @param expected bytes; it grows beyond them
   */
  Body(int expected) {
    buffer = ByteBufAllocator.DEFAULT.heapBuffer(expected);
    look();
  }

  private void look() {
    array = buffer.array();
    at = buffer.arrayOffset() + buffer.writerIndex();
    end = buffer.arrayOffset() + buffer.capacity();
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    if (length > end - at) {
      bytes().ensureWritable(length);
      look();
    }
    System.arraycopy(source, offset, array, at, length);
    at += length;
  }

  /** What was written so far; the buffer itself, which somebody has to release. */
  ByteBuf bytes() {
    return buffer.writerIndex(at - buffer.arrayOffset());
  }

  void release() {
    buffer.release();
  }
}
