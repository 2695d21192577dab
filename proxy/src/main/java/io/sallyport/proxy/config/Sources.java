package io.sallyport.proxy.config;

import io.sallyport.policy.AudienceKey;
import io.sallyport.policy.PolicySet;
import io.sallyport.proxy.exchange.IdTable;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a configuration was made of.
 *
 * @param base the directory of the configuration's file: names of files below it are relative to it
 * @param texts of the configuration, its policies and what those name, by file
 * @param policies by file
 * @param keys by name, as policies use them
 * @param table where keys keep ids that are too long for a pseudonym; it wants a journal
 */
public record Sources(
    Path base,
    Map<String, String> texts,
    Map<String, PolicySet> policies,
    Map<String, AudienceKey> keys,
    IdTable table) {

  /** What a file is called here. */
  static String name(Path base, Path file) {
    Path whole = file.toAbsolutePath().normalize();
    return whole.startsWith(base) ? base.relativize(whole).toString() : whole.toString();
  }

  /** What a file is called that a policy names. */
  String beside(String policy, String name) {
    return name(base, base.resolve(policy).resolveSibling(name));
  }
}
