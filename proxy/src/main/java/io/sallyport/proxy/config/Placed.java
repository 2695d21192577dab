package io.sallyport.proxy.config;

import io.sallyport.policy.Problem;

/**
 * A value from a file and where it stands, so that a later check can still name the place.
 *
 * @param at file, line and column
 * @param path the path inside the document: {@code listeners[0].tls.key}
 */
public record Placed<T>(T value, Problem.Location at, String path) {
  /** An error at this place. */
  Problem error(String message, String code) {
    return Problem.error(at, path, message, code);
  }

  /** A warning at this place. */
  Problem warning(String message, String code) {
    return Problem.warning(at, path, message, code);
  }
}
