package io.sallyport.proxy.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** The log: JSON lines on standard output. */
public final class Logs {
  private Logs() {}

  /**
   * Lets our own records from {@code level} on through, and warnings of libraries: their lower
   * levels may print what passes through them.
   *
   * @param level error, warn, info or debug
   */
  public static void start(String level) {
    logger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    logger("io.sallyport").setLevel(Level.valueOf(level));
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }
}
