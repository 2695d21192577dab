package io.sallyport.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
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

  private Body(ByteBuf buffer) {
    this.buffer = buffer;
    look();
  }

  /**
   * One resource, in an array of its own, which dies young.
   *
   * @param expected bytes; it grows beyond them
   */
  static Body resource(int expected) {
    return new Body(UnpooledByteBufAllocator.DEFAULT.heapBuffer(expected));
  }

  /**
   * A window of a searchset, in an array of the loop's.
   *
   * @param expected bytes, the same for all windows; it grows beyond them
   */
  static Body window(int expected) {
    return new Body(new LoopArrays.Buffer(expected));
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
