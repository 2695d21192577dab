package io.sallyport.proxy.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Named checks. Ready means that all of them hold; they are evaluated on each question, so they
 * must be cheap. Built before the server starts, read by its threads.
 */
public final class Health {
  private final Map<String, BooleanSupplier> checks = new LinkedHashMap<>();

  /**
   * @param name plain characters, as {@code journal}
   */
  public Health check(String name, BooleanSupplier holds) {
    checks.put(name, holds);
    return this;
  }

  /** What each check says now, in the order they were added. */
  Map<String, Boolean> now() {
    Map<String, Boolean> now = new LinkedHashMap<>();
    checks.forEach((name, holds) -> now.put(name, holds.getAsBoolean()));
    return now;
  }
}
