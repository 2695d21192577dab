package io.sallyport.proxy.authn;

import java.util.concurrent.ConcurrentHashMap;

/**
 * A bounded map for many readers: without locks on a hit, and without counting who was used when.
 *
 * <p>Two generations, each half of the bound: what is asked for moves to the young one, and when
 * that is full the old one is dropped. What is in use stays, however much else comes by.
 */
public final class Generations<K, V> {
  private record Two<K, V>(ConcurrentHashMap<K, V> young, ConcurrentHashMap<K, V> old) {}

  private final int youngMax;

  // Swapped whole, under the lock of grow(). A loop that still writes to the generations before
  // writes to what is now the old one: its entry stays, and over the bound is one entry a loop.
  private volatile Two<K, V> now = new Two<>(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

  /**
   * @param entriesMax at least 2
   */
  public Generations(int entriesMax) {
    youngMax = entriesMax / 2;
  }

  /** Null when it is not there. */
  public V find(K key) {
    Two<K, V> held = now;
    V found = held.young().get(key);
    if (found != null) {
      return found;
    }
    found = held.old().get(key);
    if (found != null) {
      put(key, found);
    }
    return found;
  }

  public void put(K key, V value) {
    ConcurrentHashMap<K, V> young = now.young();
    young.put(key, value);
    if (young.size() >= youngMax) {
      grow();
    }
  }

  /** Of several that put at once the first wins; null for it. Beside a drop of the old, two may. */
  public V putIfAbsent(K key, V value) {
    V found = find(key);
    if (found != null) {
      return found;
    }
    V first = now.young().putIfAbsent(key, value);
    if (first == null && now.young().size() >= youngMax) {
      grow();
    }
    return first;
  }

  /** Removes a key if it has this very value. */
  public void remove(K key, V value) {
    Two<K, V> held = now;
    held.young().remove(key, value);
    held.old().remove(key, value);
  }

  public int size() {
    Two<K, V> held = now;
    return held.young().size() + held.old().size();
  }

  private synchronized void grow() {
    Two<K, V> held = now;
    if (held.young().size() >= youngMax) { // else another loop was first
      now = new Two<>(new ConcurrentHashMap<>(), held.young());
    }
  }
}
