package io.sallyport.proxy.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A journal in memory for the tests of those who record. It lives in the journal's package because
 * only the journal can make a {@link Recorded}. Safe for use from several threads.
 */
public final class FakeJournal implements Journal {
  private final List<JournalEntry> entries = new ArrayList<>();
  private final List<Durability> durabilities = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private Durabilities configured = Durabilities.LEAST;
  private int failures;
  private boolean fenced;
  private boolean holding;
  private boolean closed;

  @Override
  public <T> CompletionStage<Recorded<T>> append(
      T value, JournalEntry entry, Durability durability) {
    var recorded = new CompletableFuture<Recorded<T>>();
    synchronized (this) {
      if (closed || fenced || failures > 0) {
        failures = Math.max(0, failures - 1);
        recorded.completeExceptionally(new JournalUnavailable("failed as the test asked", null));
        return recorded;
      }
      var sequence = entries.size();
      entries.add(entry);
      durabilities.add(durability);
      if (holding && durability == Durability.DISK) {
        held.add(() -> recorded.complete(new Recorded<>(value, sequence)));
        return recorded;
      }
      recorded.complete(new Recorded<>(value, sequence));
    }
    return recorded;
  }

  /** What {@link #durabilities} says from now on. */
  public void configured(Durabilities wanted) {
    configured = wanted;
  }

  @Override
  public Durabilities durabilities() {
    return configured;
  }

  @Override
  public synchronized boolean writable() {
    return !fenced && !closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  public synchronized boolean closed() {
    return closed;
  }

  /** The next append fails with {@link JournalUnavailable} and records nothing. */
  public synchronized void failNextAppend() {
    failures++;
  }

  /** As after a failed force: nothing is writable until told otherwise. */
  public synchronized void fence(boolean on) {
    fenced = on;
  }

  /** Appends of the disk class stay open until {@link #forceNow}. */
  public synchronized void holdDisk() {
    holding = true;
  }

  /** Completes what {@link #holdDisk} held, on the calling thread. */
  public void forceNow() {
    List<Runnable> due;
    synchronized (this) {
      holding = false;
      due = List.copyOf(held);
      held.clear();
    }
    due.forEach(Runnable::run);
  }

  /** Everything recorded so far; an entry's position is its sequence number. */
  public synchronized List<JournalEntry> entries() {
    return List.copyOf(entries);
  }

  /** The entries of one kind, in order. */
  public synchronized <E extends JournalEntry> List<E> entries(Class<E> kind) {
    return entries.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The class at which the entry of this sequence number was asked to be recorded. */
  public synchronized Durability durability(long sequence) {
    return durabilities.get((int) sequence);
  }
}
