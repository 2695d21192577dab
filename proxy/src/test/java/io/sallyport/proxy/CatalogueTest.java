package io.sallyport.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The catalogue of ways in which a value that is hidden could show. Each row has a test that
 * carries its name as a tag: {@code -Dtest.groups=A10} runs those of one row.
 */
class CatalogueTest {
  private static final Path ROOT = Path.of(System.getProperty("sallyport.root", ".."));

  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z][0-9]*)\"\\)");

  private static final String ROWS =
      """
      A1 a search by a value that is hidden
      A2 modifiers, which read more than their parameter
      A3 bisection by comparators
      A4 the order of results
      A5 searches by means that nobody can judge: _filter, _text, _content, _query, _list
      A6 composites
      A7 chains
      A8 reverse chains
      A9 includes
      A10 an include whose match was withheld
      A11 contained resources as results
      A12 facts that a narrower answer leaves out
      A13 counts
      A14 one search in several forms
      A15 searches in a compartment
      A16 searches over the whole system, and by metadata
      A17 a record system that ignores what it is asked
      A18 two readers of one request
      A19 paging links of somebody else
      A20 pages that are short because something was withheld
      A21 small numbers
      A22 a search by what is shown changed
      A23 a search as proof of a link
      C1 narratives
      C2 what stands beside a primitive
      C3 the types of a choice
      C4 contained resources
      C5 displays and identifiers of references
      C6 texts and displays of codes
      C7 free text
      C8 extensions
      C9 attachments
      C10 signatures
      C11 the same fact in another element
      C12 metadata and labels
      C13 resources inside resources
      C14 the shape of an answer
      C15 elements that change the meaning of others
      C16 what FHIR does not know
      D the envelope of a Bundle
      E1 operations that gather: $everything, $lastn, $summary, $document
      E2 operations that match persons
      E3 operations that compute or administer
      E4 operations on terminology
      E5 bulk export
      E6 asynchronous answers
      E7 subscriptions
      E8 what a record system says of itself
      F1 other formats
      F2 encoded bodies
      F3 validators and versions
      F4 lengths of answers without a body
      F5 parts of bodies
      F6 headers, trailers and interim answers
      F7 errors of the record system
      F8 redirections
      F9 methods that override
      F10 paths
      F11 caches between
      F12 other protocols
      F13 an answer that was cut and looks whole
      F14 the steps that a denial takes
      F15 compression
      G1 a key that comes twice
      G2 keys with escapes
      G3 the type as the last key
      G4 other encodings
      G5 what follows or interrupts
      G6 unknown elements
      G7 a list where there is one value
      G8 an object where there is a primitive
      G9 numbers
      G10 depth and length
      G11 types of another version
      G12 what is empty
      G13 resources line by line
      H another version of FHIR
      I identity and failures of our own
      """;

  private static Map<String, Set<String>> tagged() throws IOException {
    Map<String, Set<String>> tagged = new TreeMap<>();
    for (String module : List.of("policy", "proxy")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          Matcher tag = TAG.matcher(Files.readString(file));
          while (tag.find()) {
            tagged
                .computeIfAbsent(tag.group(1), row -> new TreeSet<>())
                .add(file.getFileName().toString().replace(".java", ""));
          }
        }
      }
    }
    return tagged;
  }

  @Test
  void everyRowHasATestThatCarriesItsName() throws IOException {
    Map<String, Set<String>> tagged = tagged();
    List<String> rows = new ArrayList<>();
    List<String> without = new ArrayList<>();
    for (String line : ROWS.lines().toList()) {
      String row = line.substring(0, line.indexOf(' '));
      rows.add(row);
      if (!tagged.containsKey(row)) {
        without.add(line);
      }
      System.out.println(line + ": " + String.join(", ", tagged.getOrDefault(row, Set.of())));
    }
    assertThat(without).as("rows without a test").isEmpty();
    tagged.keySet().removeIf(row -> row.startsWith("B")); // of writing, which is refused so far
    assertThat(rows).as("names of rows in tests").containsAll(tagged.keySet());
    assertThat(rows).hasSize(78);
  }
}
