package io.sallyport.loadtest.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Counts what a journal says of each run, from the lines of {@code journal show --json}. */
final class JournalCount {
  private static final JsonFactory JSON = new JsonFactory();

  /** What was recorded of one run. */
  static final class Run {
    private long intents;
    private long denied;
    private long ends;

    long intents() {
      return intents;
    }
  }

  private final Map<String, Run> runs = new HashMap<>();
  // Indexed by sequence number, because there may be millions: the intent's run.
  private Run[] bySequence = new Run[1 << 16];
  private long alerts;

  private JournalCount() {}

  static JournalCount read(BufferedReader lines) throws IOException {
    JournalCount count = new JournalCount();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      count.line(line);
    }
    return count;
  }

  /**
   * Every request that was sent must be there as an intent that was permitted, and every intent
   * must have its end.
   *
   * @param sent requests sent by run
   */
  void check(Map<String, Long> sent) {
    for (Map.Entry<String, Long> run : sent.entrySet()) {
      Run found = runs.getOrDefault(run.getKey(), new Run());
      if (found.intents != run.getValue()) {
        throw CompareFailure.bad(
            "run "
                + run.getKey()
                + ": "
                + run.getValue()
                + " requests were sent and the journal holds "
                + found.intents
                + " intents of them: not every access is recorded, so no figure is given");
      }
      if (found.denied > 0 || found.ends != found.intents) {
        throw CompareFailure.bad(
            "run "
                + run.getKey()
                + ": of "
                + found.intents
                + " intents "
                + found.denied
                + " were denied and "
                + found.ends
                + " have their end in the journal");
      }
    }
    if (alerts > 0) {
      throw CompareFailure.bad("the journal holds " + alerts + " alerts of this run");
    }
  }

  Run run(String name) {
    return runs.getOrDefault(name, new Run());
  }

  private void line(String line) throws IOException {
    String type = "";
    String subject = "";
    boolean permitted = false;
    boolean complete = true;
    int seq = -1;
    int intent = -1;
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "type" -> type = json.getText();
          case "subject" -> subject = json.getText();
          case "permitted" -> permitted = json.getBooleanValue();
          case "complete" -> complete = json.getBooleanValue();
          case "seq" -> seq = json.getIntValue();
          case "intent" -> intent = json.getIntValue();
          default -> json.skipChildren();
        }
      }
    }
    switch (type) {
      case "intent" -> {
        Run run = runs.computeIfAbsent(Tokens.run(subject), r -> new Run());
        run.intents++;
        run.denied += permitted ? 0 : 1;
        if (seq >= bySequence.length) {
          bySequence = Arrays.copyOf(bySequence, Math.max(seq + 1, bySequence.length * 2));
        }
        bySequence[seq] = run;
      }
      case "outcome", "close" -> {
        Run run = intent < bySequence.length && intent >= 0 ? bySequence[intent] : null;
        if (run != null && complete) {
          run.ends++;
          bySequence[intent] = null; // a second end does not count
        }
      }
      case "alert" -> alerts++;
      default -> {
        // starts, keys, refusals and windows are not counted
      }
    }
  }
}
