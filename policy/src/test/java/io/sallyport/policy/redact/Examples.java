package io.sallyport.policy.redact;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** FHIR as JSON, as others publish it: what tests are run over. */
final class Examples {
  static final Path SHARED = Path.of(System.getProperty("sallyport.root", "."), "../shared/corpus");

  /** One resource. */
  record Example(String name, byte[] json) {
    @Override
    public String toString() {
      return name;
    }
  }

  private Examples() {}

  /** Every JSON file of IBM's examples: some five thousand, every resource type. */
  static List<Example> published() throws IOException {
    String marker = "json/ibm/complete-mock/Patient-1.json";
    String url = Examples.class.getClassLoader().getResource(marker).toString();
    String jar = url.substring("jar:".length(), url.indexOf("!/"));
    List<Example> examples = new ArrayList<>();
    try (InputStream in = URI.create(jar).toURL().openStream();
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().startsWith("json/") && entry.getName().endsWith(".json")) {
          examples.add(new Example(entry.getName(), zip.readAllBytes()));
        }
      }
    }
    return examples.stream().filter(Examples::isResource).toList();
  }

  /** A resource of every type with every element filled, each with a value of its own. */
  static List<Example> complete() throws IOException {
    return published().stream()
        .filter(example -> example.name().startsWith("json/ibm/complete-mock/"))
        .toList();
  }

  /** A corpus beside the repository, the lines of NDJSON one by one; empty where there is none. */
  static List<Example> shared() throws IOException {
    List<Example> examples = new ArrayList<>();
    if (!Files.isDirectory(SHARED)) {
      return examples;
    }
    try (Stream<Path> files = Files.walk(SHARED)) {
      for (Path file : files.sorted().toList()) {
        String name = SHARED.relativize(file).toString();
        if (name.endsWith(".json") && !name.startsWith("edge-malformed")) {
          examples.add(new Example(name, Files.readAllBytes(file)));
        } else if (name.endsWith(".ndjson")) {
          examples.addAll(lines(name, Files.readAllBytes(file)));
        }
      }
    }
    return examples.stream().filter(Examples::isResource).toList();
  }

  private static List<Example> lines(String name, byte[] ndjson) {
    List<Example> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= ndjson.length; i++) {
      if (i == ndjson.length || ndjson[i] == '\n') {
        byte[] line = Arrays.copyOfRange(ndjson, from, i);
        if (!new String(line, StandardCharsets.UTF_8).isBlank()) {
          lines.add(new Example(name + ":" + (lines.size() + 1), line));
        }
        from = i + 1;
      }
    }
    return lines;
  }

  /** Indexes and lists of files are no resources, and one example is over the limit of any. */
  private static boolean isResource(Example example) {
    String head = new String(example.json(), StandardCharsets.UTF_8).stripLeading();
    return head.startsWith("{")
        && head.contains("\"resourceType\"")
        && example.json().length <= Limits.DEFAULT.resourceBytesMax();
  }
}
