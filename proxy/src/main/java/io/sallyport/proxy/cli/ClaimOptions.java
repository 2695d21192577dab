package io.sallyport.proxy.cli;

import io.sallyport.policy.Claims;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Claims as a command line gives them: {@code --claim patient=p1}. */
final class ClaimOptions {
  private ClaimOptions() {}

  static Claims read(List<String> given) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String claim : given) {
      int equals = claim.indexOf('=');
      if (equals <= 0) {
        throw Failure.usage("--claim wants name=value"); // what it got may name a patient
      }
      String value = claim.substring(equals + 1);
      values.merge(claim.substring(0, equals), value, ClaimOptions::together);
    }
    return new Claims(values);
  }

  /** A claim given more than once is a list, as a token would have it. */
  private static Object together(Object before, Object more) {
    List<Object> all = new ArrayList<>();
    if (before instanceof List<?> list) {
      all.addAll(list);
    } else {
      all.add(before);
    }
    all.add(more);
    return List.copyOf(all);
  }
}
