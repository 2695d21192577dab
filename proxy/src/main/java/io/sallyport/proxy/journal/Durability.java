package io.sallyport.proxy.journal;

/** When a record counts as written. */
public enum Durability {
  /** In the page cache: survives kill -9 and a JVM crash; forced to disk shortly after. */
  PROCESS,
  /** Forced to disk before the append completes. */
  DISK
}
