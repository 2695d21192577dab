package io.sallyport.proxy.config;

import io.sallyport.proxy.journal.Durabilities;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.journal.RetentionPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The section {@code journal:}. */
final class JournalSection {
  private JournalSection() {}

  static Config.Journal read(Section s) {
    Placed<Path> dir = s.file("dir", true, "");
    Placed<String> key = s.place("key", s.string("key", true));
    if (!key.value().isEmpty() && !key.value().matches("(pkcs12|pkcs11|vault|awskms):.+")) {
      s.error(
          "key",
          "must be pkcs12:FILE, pkcs11:FILE, vault:https://HOST:PORT/v1/MOUNT/NAME or"
              + " awskms:REGION/NAME",
          "E-KEY-STORE");
    }
    Placed<Secret> password = s.secret("password", true);
    JournalLimits d = JournalLimits.DEFAULT;
    Duration slow = Duration.ofMillis(d.slowMillis());
    JournalLimits limits =
        new JournalLimits(
            s.size("file-size", d.fileBytes(), 1 << 20, 1 << 30),
            s.duration("slow-disk", slow, Duration.ofMinutes(1)).toMillis(),
            s.number("refusals", false, d.singles(), 1, 1_000_000),
            s.word("filesystem", false, List.of("checked", "any")).equals("any"),
            durability(s.section("durability", false)));
    Outside outside = new Outside(anchors(s), witnesses(s), -1);
    RetentionPolicy retention = RetentionSection.read(s.section("retention", false));
    s.finish();
    return new Config.Journal(dir, key, password, limits, outside, retention);
  }

  private static List<Path> anchors(Section s) {
    List<Path> anchors = new ArrayList<>();
    for (String anchor : s.strings("anchors", List.of())) {
      if (anchor.matches("file:/.+")) {
        anchors.add(Path.of(anchor.substring("file:".length())));
      } else {
        s.error("anchors", "each must be file:/ABSOLUTE/PATH, best on another volume", "E-ANCHOR");
      }
    }
    return anchors;
  }

  private static List<Outside.Witness> witnesses(Section all) {
    List<Outside.Witness> witnesses = new ArrayList<>();
    for (Section s : all.has("witnesses") ? all.sections("witnesses") : List.<Section>of()) {
      Placed<URI> url = s.uri("url", true);
      String key = s.string("key", true);
      if (url != null
          && url.value().getScheme().equals("http")
          && !Loopback.is(url.value().getHost())) {
        s.error(
            "url",
            "must be https: nobody on the way may answer in the witness's place",
            "E-PLAINTEXT");
      }
      try {
        if (url != null && !key.isEmpty()) {
          witnesses.add(new Outside.Witness(url.value(), key));
        }
      } catch (IllegalArgumentException e) {
        s.error(
            "key",
            "must be the witness's verifier key, NAME+ID+KEY: " + e.getMessage(),
            "E-WITNESS");
      }
      s.finish();
    }
    return witnesses;
  }

  private static Durabilities durability(Section s) {
    Map<EventClass, Durability> wanted = new EnumMap<>(EventClass.class);
    for (EventClass event : EventClass.values()) {
      boolean free = event.least() == Durability.PROCESS;
      String word =
          s.word(
              event.word(), false, free ? List.of("process", "disk") : List.of("disk", "process"));
      if (word.equals("process") && !free) {
        s.error(
            event.word(),
            "must be disk: what a power cut takes here is recorded nowhere else; only read,"
                + " denied and login may be process",
            "E-DURABILITY");
      } else {
        wanted.put(event, word.equals("disk") ? Durability.DISK : Durability.PROCESS);
      }
    }
    s.finish();
    return Durabilities.of(wanted);
  }
}
