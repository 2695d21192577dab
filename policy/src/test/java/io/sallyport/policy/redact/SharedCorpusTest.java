package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sallyport.policy.Refusal;
import io.sallyport.policy.redact.Redactor.Layer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The redactor over a corpus beside the repository, where there is one. */
class SharedCorpusTest {
  private static final Path CORPUS =
      Path.of(System.getProperty("sallyport.root", "."), "../shared/corpus");

  private final Redactor redactor = new Redactor(Limits.DEFAULT);
  private final View view = Views.everything("Extension(urn:absent)").compile();

  @Test
  void whereNothingIsHiddenEveryByteStays() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS));
    List<String> other = new ArrayList<>();
    int same = 0;
    for (Path file : json()) {
      String name = CORPUS.relativize(file).toString();
      byte[] bytes = Files.readAllBytes(file);
      if (name.startsWith("edge-malformed")
          || name.endsWith("index.json")
          || !new String(bytes, StandardCharsets.UTF_8).contains("\"resourceType\"")
          || bytes.length > Limits.DEFAULT.resourceBytesMax()) {
        continue;
      }
      try {
        byte[] out = Views.bytes(Views.redact(redactor, view, Layer.ELEMENT, bytes));
        if (java.util.Arrays.equals(out, bytes)) {
          same++;
        } else {
          other.add(name);
        }
      } catch (Refusal refused) {
        other.add(name + ": " + refused.getMessage());
      }
    }
    assertThat(other).as("%d stayed", same).isEmpty();
    assertThat(same).isPositive();
  }

  @Test
  void malformedFilesAreRefused() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS));
    for (String name :
        List.of("deep-1500.json", "duplicate-key.json", "invalid-utf8.json", "truncated.json")) {
      byte[] bytes = Files.readAllBytes(CORPUS.resolve("edge-malformed").resolve(name));
      assertThatThrownBy(() -> Views.redact(redactor, view, Layer.EXCHANGE, bytes))
          .as(name)
          .isInstanceOf(Refusal.class);
    }
  }

  private static List<Path> json() throws IOException {
    try (Stream<Path> files = Files.walk(CORPUS)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }
}
