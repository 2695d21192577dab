package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class LoopArraysTest {
  private static final int WINDOW = 1024;

  /** On a thread of its own, which keeps nothing yet. */
  private static void onLoop(Runnable test) throws Exception {
    FutureTask<Void> task = new FutureTask<>(test, null);
    Thread loop = new Thread(task, "loop");
    loop.start();
    task.get();
    loop.join();
  }

  @Test
  void anArrayIsUsedAgain() throws Exception {
    onLoop(
        () -> {
          ByteBuf first = new LoopArrays.Buffer(WINDOW);
          byte[] array = first.array();
          ByteBuf beside = new LoopArrays.Buffer(WINDOW);
          assertThat(beside.array()).isNotSameAs(array);
          first.release();
          ByteBuf next = new LoopArrays.Buffer(WINDOW);
          assertThat(next.array()).isSameAs(array);
          assertThat(next.readableBytes()).isZero();
          next.release();
          beside.release();
        });
  }

  @Test
  void anArrayThatGrewIsNotKept() throws Exception {
    onLoop(
        () -> {
          for (int i = 0; i < 100; i++) {
            ByteBuf large = new LoopArrays.Buffer(WINDOW);
            large.writeZero(8 << 20);
            large.release();
          }
          assertThat(LoopArrays.held()).isEqualTo(WINDOW);
        });
  }

  @Test
  void noMoreAreKeptThanAreNeeded() throws Exception {
    onLoop(
        () -> {
          List<ByteBuf> many = new ArrayList<>();
          for (int i = 0; i < 500; i++) {
            many.add(new LoopArrays.Buffer(WINDOW));
          }
          many.forEach(ByteBuf::release);
          assertThat(LoopArrays.held()).isEqualTo(64L * WINDOW);
          new LoopArrays.Buffer(2 * WINDOW).release(); // another configuration's windows
          assertThat(LoopArrays.held()).isEqualTo(2L * WINDOW);
        });
  }
}
