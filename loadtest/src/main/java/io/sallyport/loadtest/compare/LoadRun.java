package io.sallyport.loadtest.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One run of one endpoint: callers take requests as they become due, until none will be; then those
 * in flight are waited for. The first wrong answer ends it.
 *
 * <p>Lives on one event loop; others may read {@link #completed} and wait for {@link #done}.
 */
final class LoadRun {
  private final EventLoop loop;
  private final Schedule schedule;
  private final Expected expected;
  private final LongSupplier clock;
  private final ArrayDeque<Slot> idle = new ArrayDeque<>();
  private final List<Slot> all = new ArrayList<>();
  private final AtomicLong completed = new AtomicLong(); // written by the loop alone
  private final CompletableFuture<Schedule> done = new CompletableFuture<>();
  private boolean waking;
  private Answer answer;

  /** An answer that was looked at as a whole. */
  record Answer(int status, byte[] body) {}

  /**
   * @param expected null to keep the body of the last answer and accept whatever it is
   */
  LoadRun(
      EventLoop loop,
      Bootstrap bootstrap,
      Endpoint endpoint,
      Schedule schedule,
      Expected expected,
      LongSupplier clock) {
    this.loop = loop;
    this.schedule = schedule;
    this.expected = expected;
    this.clock = clock;
    for (byte[] request : endpoint.requests()) {
      all.add(new Slot(this, endpoint, bootstrap, request, expected == null));
    }
    idle.addAll(all);
  }

  void start() {
    loop.execute(this::pump);
  }

  /** Answers so far. */
  long completed() {
    return completed.get();
  }

  /** Requests taken, answered, and their latencies, when the run has ended. */
  CompletableFuture<Schedule> done() {
    return done;
  }

  /** Ends a run whose end is overdue. */
  void abandon(String why) {
    loop.execute(() -> failed(why));
  }

  Answer answer() {
    return answer;
  }

  void answered(Slot slot, long due) {
    ResponseReader reader = slot.reader();
    if (expected == null) {
      answer = new Answer(reader.status(), reader.body());
    } else {
      String problem = expected.problem(reader.status(), reader.length(), reader.checksum());
      if (problem != null) {
        failed(problem);
        return;
      }
    }
    schedule.answered(due, clock.getAsLong());
    completed.lazySet(schedule.answered());
    idle.add(slot);
    pump();
  }

  void failed(String problem) {
    if (done.completeExceptionally(CompareFailure.bad(problem))) {
      all.forEach(Slot::close);
    }
  }

  private void pump() {
    while (!idle.isEmpty() && !done.isDone()) {
      long now = clock.getAsLong();
      long due = schedule.next(now);
      if (due == Schedule.NEVER) {
        if (schedule.answered() == schedule.taken()) {
          done.complete(schedule);
          all.forEach(Slot::close);
        }
        return;
      }
      if (due > now) {
        wakeAt(due - now);
        return;
      }
      schedule.took();
      idle.poll().send(due);
    }
  }

  private void wakeAt(long nanos) {
    if (!waking) {
      waking = true;
      loop.schedule(
          () -> {
            waking = false;
            pump();
          },
          nanos,
          TimeUnit.NANOSECONDS);
    }
  }
}
