package io.sallyport.proxy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;

/** The files that a policy names, value sets for example: beside it, or by an absolute path. */
public final class PolicyFiles {
  private PolicyFiles() {}

  /** The text of a file by the name the policy gives it; null when it cannot be read. */
  public static Function<String, String> beside(Path policy) {
    return name -> {
      try {
        return Files.readString(policy.toAbsolutePath().resolveSibling(name));
      } catch (IOException | InvalidPathException unreadable) {
        return null;
      }
    };
  }
}
