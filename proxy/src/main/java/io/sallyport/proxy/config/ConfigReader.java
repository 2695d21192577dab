package io.sallyport.proxy.config;

import io.sallyport.policy.Problem;
import io.sallyport.policy.source.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Text to {@link Config}: the file's own form. What it refers to is the compiler's business. */
public final class ConfigReader {
  /** What SMART App Launch 2.2 calls what an authorization server can do. */
  private static final List<String> SMART =
      List.of(
          "launch-ehr",
          "launch-standalone",
          "authorize-post",
          "client-public",
          "client-confidential-symmetric",
          "client-confidential-asymmetric",
          "sso-openid-connect",
          "context-banner",
          "context-style",
          "context-ehr-patient",
          "context-ehr-encounter",
          "context-standalone-patient",
          "context-standalone-encounter",
          "permission-offline",
          "permission-online",
          "smart-app-state");

  private static final List<String> ALGORITHMS = List.of("RS256", "PS256", "ES256");
  private static final List<String> PROFILES = List.of("rfc9068", "keycloak", "generic");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);

  private final Path base;
  private final Consumer<Problem> problems;

  private ConfigReader(Path base, Consumer<Problem> problems) {
    this.base = base;
    this.problems = problems;
  }

  /**
   * Reads a configuration file.
   *
   * @param problems every problem found
   * @return null when there was an error among them
   */
  public static Config read(Path file, Consumer<Problem> problems) {
    try {
      return read(file, Files.readString(file), problems);
    } catch (IOException e) {
      problems.accept(
          Problem.error(
              new Problem.Location(file.toString(), 0, 0),
              "",
              "cannot be read: is it there, is it yours, is it UTF-8?",
              "E-FILE"));
      return null;
    }
  }

  static Config read(Path file, String text, Consumer<Problem> problems) {
    AtomicBoolean failed = new AtomicBoolean();
    Consumer<Problem> watched =
        p -> {
          failed.compareAndSet(false, p.isError());
          problems.accept(p);
        };
    Yaml root = Yaml.read(file.toString(), text, watched);
    if (root == null) {
      return null;
    }
    Path base = file.toAbsolutePath().normalize().getParent();
    Config config = new ConfigReader(base, watched).config(file, text, root);
    return failed.get() ? null : config;
  }

  private Config config(Path file, String text, Yaml root) {
    Section top = Section.of(root, "", base, problems);
    top.number("sallyport", true, 1, 1, 1);
    List<Config.Listener> listeners =
        top.sections("listeners").stream().map(this::listener).toList();
    Config.Admin admin = admin(top.section("admin", false));
    List<Config.Issuer> issuers = top.sections("issuers").stream().map(this::issuer).toList();
    Map<String, Config.Upstream> upstreams = upstreams(top.section("upstreams", true));
    Set<String> paths = new HashSet<>();
    List<Config.Route> routes =
        top.sections("routes").stream().map(s -> route(s, upstreams.keySet(), paths)).toList();
    Map<String, Placed<Secret>> keys = keys(top.section("keys", false));
    Map<String, Config.Notification> notifications = new LinkedHashMap<>();
    Section told = top.section("notifications", false);
    for (String name : told.names()) {
      notifications.put(name, notification(told.section(name, true)));
    }
    Config.Journal journal = JournalSection.read(top.section("journal", true));
    Set<String> names = new HashSet<>();
    List<Config.Siem> siem =
        top.optionalSections("siem").stream().map(s -> SiemSection.read(s, names)).toList();
    Config.Limits limits = limits(top.section("limits", false));
    Section log = top.section("log", false);
    Config.Log logging =
        new Config.Log(log.word("level", false, List.of("info", "error", "warn", "debug")));
    log.finish();
    top.finish();
    return new Config(
        file,
        text,
        listeners,
        admin,
        issuers,
        routes,
        upstreams,
        keys,
        notifications,
        journal,
        siem,
        limits,
        logging);
  }

  private Config.Listener listener(Section s) {
    Placed<String> address = s.place("address", s.string("address", true));
    Placed<Integer> port = s.place("port", s.number("port", true, 8443, 0, 65535));
    List<String> hosts = s.strings("hosts", List.of());
    for (String host : hosts) {
      if (!host.matches("[a-z0-9.-]+|\\[[0-9a-f:.]+]")) {
        s.error("hosts", "are host names in lower case, without a port", "E-VALUE");
      }
    }
    Section tls = s.section("tls", true);
    Placed<Path> certificate = tls.file("certificate", true, "file:");
    Placed<Path> key = tls.file("key", true, "file:");
    String profile = tls.word("profile", false, List.of("intermediate", "modern"));
    if (!tls.string("client-certificates", false).matches("|none")) {
      tls.error(
          "client-certificates",
          "client certificates are not built yet: write client-certificates: none",
          "E-UNBUILT");
    }
    tls.finish();
    s.finish();
    return new Config.Listener(
        address,
        port,
        hosts,
        new Config.Tls(
            certificate,
            key,
            profile.equals("modern") ? Config.Profile.MODERN : Config.Profile.INTERMEDIATE));
  }

  private Config.Admin admin(Section s) {
    String written = s.string("address", false);
    Placed<String> address = s.place("address", written.isEmpty() ? "127.0.0.1" : written);
    if (!Loopback.is(address.value())) {
      s.error(
          "address",
          "must be a loopback address: an admin port open to others is not built yet",
          "E-UNBUILT");
    }
    int port = s.number("port", false, 9443, 0, 65535);
    s.finish();
    return new Config.Admin(address, port);
  }

  private Config.Issuer issuer(Section s) {
    Placed<URI> issuer = s.uri("issuer", true);
    if (issuer != null
        && issuer.value().getScheme().equals("http")
        && !Loopback.is(issuer.value().getHost())) {
      s.error(
          "issuer",
          "must be https: whoever can change its keys on the way can be anyone; http is for loopback only",
          "E-PLAINTEXT");
    }
    List<String> audience = s.strings("audience", List.of());
    if (audience.isEmpty()) {
      s.error(
          "audience",
          "needs at least one: tokens for other services must not open this",
          "E-MISSING");
    }
    Config.Issuer read =
        new Config.Issuer(
            issuer,
            audience,
            s.words("algorithms", ALGORITHMS),
            s.word("profile", false, PROFILES),
            s.file("trust", false, "file:"),
            s.duration("clock-skew", Duration.ofSeconds(30), SKEW_MAX));
    if (read.algorithms().isEmpty()) {
      s.error("algorithms", "needs at least one", "E-EMPTY");
    }
    s.finish();
    return read;
  }

  private Config.Route route(Section s, Set<String> upstreams, Set<String> paths) {
    Placed<String> path = s.place("path", s.string("path", true));
    if (!path.value().isEmpty() && !path.value().matches("(/[A-Za-z0-9._~-]+)+")) {
      s.error(
          "path", "must be as /fhir: a slash, plain characters, no slash at the end", "E-VALUE");
    } else if (!paths.add(path.value())) {
      s.error("path", "stands in another route, too", "E-DUPLICATE");
    }
    s.word("kind", true, List.of("fhir"));
    s.word("version", true, List.of("R4"));
    Placed<Path> policy = s.file("policy", true, "");
    Placed<String> upstream = s.place("upstream", s.string("upstream", true));
    if (!upstream.value().isEmpty() && !upstreams.contains(upstream.value())) {
      String near = Nearest.to(upstream.value(), upstreams);
      s.error(
          "upstream",
          "is not a name under upstreams" + (near == null ? "" : ": did you mean '" + near + "'?"),
          "E-NAME");
    }
    Placed<URI> publicBase = s.uri("public-base", false);
    boolean observe = s.flag("observe");
    if (observe) {
      s.warning(
          "observe",
          "nothing is denied or hidden here but what a forbid keeps back; what the policy would do"
              + " is only told. Remove it to enforce the policy.",
          "W-OBSERVE");
    }
    Config.Order order = order(s);
    Set<String> smart = Set.copyOf(s.words("smart-capabilities", SMART, List.of()));
    s.finish();
    return new Config.Route(path, policy, upstream, publicBase, observe, order, smart);
  }

  private static Config.Order order(Section s) {
    if (!s.word("order", false, List.of("id", "upstream")).equals("upstream")) {
      return Config.Order.ID;
    }
    s.warning(
        "order",
        "the record system decides in which order matches come: it may tell of what is hidden."
            + " Remove it if the record system can sort by _id.",
        "W-ORDER");
    return Config.Order.UPSTREAM;
  }

  private Map<String, Config.Upstream> upstreams(Section all) {
    Map<String, Config.Upstream> map = new LinkedHashMap<>();
    for (String name : all.names()) {
      map.put(name, upstream(name, all.section(name, true)));
    }
    return map;
  }

  private Config.Upstream upstream(String name, Section s) {
    Placed<URI> base = s.uri("base", true);
    boolean plaintext = s.flag("plaintext");
    if (base != null
        && base.value().getScheme().equals("http")
        && !Loopback.is(base.value().getHost())
        && !plaintext) {
      s.error(
          "base",
          "must be https: patient data would cross the network in the clear; if that network is yours to trust, write plaintext: true",
          "E-PLAINTEXT");
    }
    Config.Upstream read =
        new Config.Upstream(
            name,
            base,
            s.number("connections", false, 64, 1, 100_000),
            s.secret("credentials", false),
            plaintext,
            s.file("trust", false, "file:"),
            s.duration("connect-timeout", Duration.ofSeconds(5), DAY),
            s.duration("response-timeout", Duration.ofSeconds(30), DAY),
            s.duration("total-timeout", Duration.ofMinutes(5), DAY));
    s.finish();
    return read;
  }

  private static Map<String, Placed<Secret>> keys(Section all) {
    Map<String, Placed<Secret>> keys = new LinkedHashMap<>();
    for (String name : all.names()) {
      Placed<Secret> secret = all.secret(name, true);
      if (secret != null) {
        keys.put(name, secret);
      }
    }
    return keys;
  }

  private Config.Notification notification(Section s) {
    Placed<URI> url = s.uri("url", true);
    if (url != null
        && url.value().getScheme().equals("http")
        && !Loopback.is(url.value().getHost())) {
      s.error("url", "must be https: it names users and patients", "E-PLAINTEXT");
    }
    Config.Notification read =
        new Config.Notification(url, s.secret("key", true), s.file("trust", false, "file:"));
    s.finish();
    return read;
  }

  private Config.Limits limits(Section s) {
    Config.Limits d = Config.Limits.DEFAULT;
    Config.Limits read =
        new Config.Limits(
            s.duration("drain", d.drain(), DAY),
            s.number("connections", false, d.connections(), 1, 1_000_000),
            s.duration("handshake-time", d.handshakeTime(), DAY),
            s.duration("head-time", d.headTime(), DAY),
            s.duration("body-time", d.bodyTime(), DAY),
            s.duration("idle-time", d.idleTime(), DAY),
            s.duration("write-time", d.writeTime(), DAY),
            (int) s.size("head", d.headBytesMax(), 1 << 10, 1 << 20),
            (int) s.size("body", d.bodyBytesMax(), 1 << 10, 64 << 20),
            s.size("response", d.responseBytesMax(), 64 << 10, 1L << 40),
            (int) s.size("window", d.windowBytes(), 4 << 10, 8 << 20),
            s.number("json-depth", false, d.jsonDepthMax(), 8, 1000),
            (int) s.size("json-key", d.jsonKeyBytesMax(), 64, 64 << 10),
            (int) s.size("json-number", d.jsonNumberBytesMax(), 16, 1000),
            (int) s.size("json-string", d.jsonStringBytesMax(), 1 << 10, 64 << 20),
            (int) s.size("resource", d.resourceBytesMax(), 64 << 10, 64 << 20),
            (int) s.size("binary", d.binaryBytesMax(), 64 << 10, 256 << 20),
            s.number("tokens", false, d.tokensMax(), 100, 10_000_000),
            s.number("relations", false, d.relationsMax(), 100, 10_000_000),
            s.duration("relation-time", d.relationTime(), DAY));
    s.finish();
    return read;
  }
}
