package io.sallyport.proxy.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One entry of {@code siem:}. */
final class SiemSection {
  private static final Pattern SYSLOG =
      Pattern.compile("syslog\\+tls://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:]+])(?::([0-9]{1,5}))?");
  private static final int PORT = 6514;
  private static final int PORT_MAX = 65_535;

  private SiemSection() {}

  /**
   * @param names those that are taken
   */
  static Config.Siem read(Section s, Set<String> names) {
    String name = s.string("name", true);
    if (!name.matches("[a-z0-9-]{1,32}") || !names.add(name)) {
      s.error("name", "must be a name of its own, of a-z, 0-9 and -, at most 32", "E-NAME");
    }
    Matcher to = SYSLOG.matcher(s.string("to", true));
    boolean good =
        to.matches() && (to.group(2) == null || Integer.parseInt(to.group(2)) <= PORT_MAX);
    if (!good) {
      s.error("to", "must be syslog+tls://HOST or syslog+tls://HOST:PORT", "E-URL");
    }
    Placed<Path> certificate = s.file("certificate", false, "file:");
    Placed<Path> key = s.file("key", false, "file:");
    if ((certificate == null) != (key == null)) {
      s.error("certificate", "certificate and key go together", "E-KEY-PAIR");
    }
    boolean full = s.word("queries", false, List.of("names", "full")).equals("full");
    if (full) {
      s.warning(
          "queries",
          "the values of searches leave for " + name + ": names and birth dates of patients",
          "W-SIEM-QUERIES");
    }
    Config.Siem read =
        new Config.Siem(
            name,
            s.place("to", good ? to.group(1) : ""),
            good && to.group(2) != null ? Integer.parseInt(to.group(2)) : PORT,
            s.file("trust", false, "file:"),
            certificate,
            key,
            s.word("format", false, List.of("ocsf", "cef")),
            full,
            s.word("patients", false, List.of("pseudonyms", "ids")).equals("ids"));
    s.finish();
    return read;
  }
}
