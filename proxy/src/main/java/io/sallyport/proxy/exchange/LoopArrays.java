package io.sallyport.proxy.exchange;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A loop's arrays for the windows of searchsets, used again: new ones of this size would live just
 * long enough to be moved among the old, and the heap would grow with every answer.
 */
final class LoopArrays {
  /** Kept by a loop: about as many as windows are on their way at once. */
  private static final int KEPT = 64;

  private static final FastThreadLocal<Deque<byte[]>> FREE =
      new FastThreadLocal<>() {
        @Override
        protected Deque<byte[]> initialValue() {
          return new ArrayDeque<>(KEPT);
        }
      };

  private LoopArrays() {}

  /** A buffer whose array goes back to the loop that releases it. */
  static final class Buffer extends UnpooledHeapByteBuf {
    private final int kept;

    /**
     * @param capacity bytes, the same for all; only arrays of this size are kept, and not one that
     *     grew: a large entry would else be held for ever
     */
    Buffer(int capacity) {
      super(UnpooledByteBufAllocator.DEFAULT, capacity, Integer.MAX_VALUE);
      kept = capacity;
    }

    @Override
    protected byte[] allocateArray(int length) {
      Deque<byte[]> free = FREE.get();
      byte[] last = free.peekLast();
      return last != null && last.length == length ? free.pollLast() : new byte[length];
    }

    @Override
    protected void freeArray(byte[] array) {
      if (array.length != kept) {
        return;
      }
      Deque<byte[]> free = FREE.get();
      if (!free.isEmpty() && free.peekLast().length != kept) {
        free.clear(); // of another configuration
      }
      if (free.size() < KEPT) {
        free.addLast(array);
      }
    }
  }

  /** The bytes that this thread keeps. */
  static long held() {
    return FREE.get().stream().mapToLong(array -> array.length).sum();
  }
}
