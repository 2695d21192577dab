package io.sallyport.loadtest.compare;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a comparison does.
 *
 * @param peers beside Sallyport: nginx, haproxy
 * @param upstream who plays the record system
 * @param upstreamPort 0 for any free one
 * @param gateway null for none
 */
public record Plan(
    Appliance appliance,
    Set<String> peers,
    Upstream upstream,
    int upstreamPort,
    Gateway gateway,
    Length length,
    Cores cores) {

  /** Who plays the record system. */
  public enum Upstream {
    /** nginx with prepared files: the fastest, and what earlier figures were taken with. */
    NGINX,
    /** The demo's record system with the same documents: nothing has to be installed. */
    DEMO
  }

  /**
   * The appliance under test.
   *
   * @param command its command line, to which subcommands are added
   * @param environment added to ours; JAVA_HOME chooses the JDK
   * @param policy its text; {@link Documents#POLICY} unless a test wants to see it fail
   */
  public record Appliance(List<String> command, Map<String, String> environment, String policy) {}

  /**
   * A FHIR Information Gateway that runs already.
   *
   * @param base its FHIR base
   * @param authorization header value that it accepts; null for our own tokens
   * @param pid 0 when its CPU time cannot be read
   */
  public record Gateway(URI base, String authorization, long pid) {}

  /**
   * How long, and how much.
   *
   * @param warmUp for the appliance and each workload, in two passes; the others get a fifth of it
   * @param settle before each measurement
   * @param requestsMax of one run; only tests bound it
   */
  public record Length(
      int rounds,
      int connections,
      Duration warmUp,
      Duration settle,
      Duration measured,
      long requestsMax) {
    /** What published figures are taken with. */
    public static final Length FULL =
        new Length(
            3,
            64,
            Duration.ofSeconds(20),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            Long.MAX_VALUE);

    /** To see that it works; its figures are rough. */
    public static final Length QUICK =
        new Length(
            3,
            64,
            Duration.ofSeconds(4),
            Duration.ofMillis(300),
            Duration.ofSeconds(1),
            Long.MAX_VALUE);
  }
}
