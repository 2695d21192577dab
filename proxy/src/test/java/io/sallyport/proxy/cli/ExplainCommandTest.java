package io.sallyport.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.redact.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy explain} against what a person has read and found right. */
class ExplainCommandTest {
  @TempDir Path dir;
  private Path policy;

  @BeforeEach
  void aPolicyWithEveryReason() throws IOException {
    policy = Files.writeString(dir.resolve("policy.yaml"), resource("/explain/policy.yaml"));
  }

  private String explain(String role, String type, String... more) {
    StringWriter out = new StringWriter();
    List<String> words =
        new ArrayList<>(
            List.of("policy", "explain", "--policy", "" + policy, "--role", role, "--type", type));
    words.addAll(List.of(more));
    int exit =
        CommandLines.sallyport()
            .setOut(new PrintWriter(out, true))
            .execute(words.toArray(String[]::new));
    assertThat(exit).isZero();
    return out.toString();
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ExplainCommandTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void everyElementAndParameterSaysWhy() throws IOException {
    assertThat(explain("nurse", "Patient")).isEqualTo(resource("/explain/nurse-Patient.txt"));
    assertThat(explain("clerk", "Encounter")).isEqualTo(resource("/explain/clerk-Encounter.txt"));
    assertThat(explain("nurse", "Claim")).contains("no rule names Claim").contains("none");
  }

  @Test
  void itFitsAHundredColumns() {
    for (String role : List.of("nurse", "clerk")) {
      for (String type : List.of("Patient", "Encounter")) {
        assertThat(explain(role, type).lines()).allMatch(line -> line.length() <= 100);
      }
    }
  }

  @Test
  void theJsonIsStrictAndSaysTheSame() throws IOException {
    String json = explain("nurse", "Patient", "--json");
    StrictJson.check(json.strip().getBytes(StandardCharsets.UTF_8));
    assertThat(json)
        .contains("\"forbidden\":[\"search for ETREAT by forbid[0]\"]")
        .contains(
            "{\"path\":\"Patient.photo\",\"seen\":\"hidden\",\"by\":\"hide photo\",\"line\":11,")
        .contains(
            "{\"code\":\"birthdate\",\"type\":\"date\",\"searchable\":false,"
                + "\"blockedBy\":\"search, which does not list it\"}")
        .contains("{\"code\":\"gender\",\"type\":\"token\",\"searchable\":true}");
  }
}
