package io.sallyport.policy;

import io.sallyport.policy.redact.CodeSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What the policy calls sensitive: named sets of security labels and clinical codes. A resource
 * belongs to a segment when any coding in it, at whatever depth, says one of them: its own labels
 * ({@code meta.security}), the labels on its elements (DS4P inline labels), its clinical codes, and
 * those of resources inside it. The highest mark counts for the whole.
 *
 * @param names by number: the bit in {@link io.sallyport.policy.redact.Fact#segments}
 * @param entries their codes
 * @see <a href="https://hl7.org/fhir/R4/security-labels.html">FHIR R4 security labels</a>
 */
record Segments(List<String> names, List<CodeSet.Entry> entries) {
  static final int MAX = 62;
  static final Segments NONE = new Segments(List.of(), List.of());

  /** The bits of these segments. */
  long bits(Collection<String> of) {
    long bits = 0;
    for (String name : of) {
      int number = names.indexOf(name);
      bits |= number < 0 ? 0 : 1L << number;
    }
    return bits;
  }

  /** The names of these segments. */
  List<String> in(long bits) {
    List<String> in = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if ((bits & 1L << i) != 0) {
        in.add(names.get(i));
      }
    }
    return in;
  }

  /** What to look for in a resource so that these segments are told. */
  CodeSet watch(long segments) {
    List<CodeSet.Entry> watched = new ArrayList<>();
    for (CodeSet.Entry entry : entries) {
      if ((segments & 1L << entry.segment()) != 0) {
        watched.add(entry);
      }
    }
    return watched.isEmpty() ? CodeSet.NONE : new CodeSet(watched);
  }
}
