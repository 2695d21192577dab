package io.sallyport.proxy.config;

import io.sallyport.policy.AudienceKey;
import io.sallyport.policy.Observer;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.Problem;
import io.sallyport.policy.redact.Rebase;
import io.sallyport.proxy.authn.Authenticator;
import io.sallyport.proxy.exchange.IdTable;
import io.sallyport.proxy.exchange.Route;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.exchange.WebhookTarget;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import io.sallyport.proxy.kms.NamedKey;
import io.sallyport.proxy.kms.WebhookKey;
import io.sallyport.proxy.siem.ExportSettings;
import io.sallyport.proxy.siem.SyslogTarget;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * {@link Config} to {@link Snapshot}: reads and proves everything the configuration refers to, so
 * that what can fail fails here and not on a request.
 */
public final class SnapshotCompiler {
  private final Map<String, String> environment;
  private final Instant now;
  private final Consumer<Problem> problems;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final Map<Path, PolicySet> policies = new LinkedHashMap<>();
  private final Map<String, AudienceKey> keys = new LinkedHashMap<>();
  private final MessageDigest hash = sha256();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final IdTable table = new IdTable();
  private Path base;

  private SnapshotCompiler(
      Map<String, String> environment, Instant now, Consumer<Problem> problems) {
    this.environment = environment;
    this.now = now;
    this.problems =
        p -> {
          failed.compareAndSet(false, p.isError());
          problems.accept(p);
        };
  }

  /**
   * What a configuration comes to.
   *
   * @param targets every record system by its name, those without a route too
   * @param webhooks who is told of what
   * @param receivers who is sent the journal's records
   * @param kms the journal's key service, open
   * @param sources what it was made of
   */
  public record Compiled(
      Snapshot snapshot,
      Map<String, UpstreamTarget> targets,
      List<WebhookTarget> webhooks,
      List<ExportSettings> receivers,
      Kms kms,
      Sources sources) {}

  /**
   * Compiles a configuration.
   *
   * @param environment where {@code env:} secrets come from
   * @param now the time certificates are judged at
   * @param problems every problem found
   * @return null when there was an error among them
   */
  public static Compiled compile(
      Config config,
      Authenticator authenticator,
      Map<String, String> environment,
      Instant now,
      Consumer<Problem> problems) {
    return new SnapshotCompiler(environment, now, problems).compile(config, authenticator);
  }

  private Compiled compile(Config config, Authenticator authenticator) {
    KeyMaterial material = new KeyMaterial(now, problems);
    config.listeners().forEach(l -> material.pair(l.tls().certificate(), l.tls().key()));
    config.issuers().forEach(i -> material.trust(i.trust()));
    base = config.file().toAbsolutePath().normalize().getParent();
    source(config.file(), config.text());
    config.keys().forEach(this::key);
    Map<String, UpstreamTarget> targets = new LinkedHashMap<>();
    config
        .upstreams()
        .forEach(
            (name, u) -> targets.put(name, target(u, material.trust(u.trust()), config.limits())));
    List<WebhookTarget> webhooks = new ArrayList<>();
    config
        .notifications()
        .forEach((name, n) -> webhook(name, n, material.trust(n.trust()), webhooks));
    List<ExportSettings> receivers = new ArrayList<>();
    config.siem().forEach(r -> receiver(r, material, receivers));
    List<Route> routes = new ArrayList<>();
    for (Config.Route route : config.routes()) {
      PolicySet policy = policies.computeIfAbsent(route.policy().value(), p -> policy(route));
      UpstreamTarget target = targets.get(route.upstream().value());
      String external = external(config, route);
      String told = policy == null ? "" : policy.notified();
      if (!told.isEmpty() && !config.notifications().containsKey(told)) {
        problems.accept(
            route
                .policy()
                .error(
                    "its break-glass notifies '" + told + "', of whom notifications says nothing",
                    "E-NOTIFY"));
      }
      if (policy != null && external != null) {
        Rebase rebase = new Rebase(target.base(), external);
        boolean observes = route.observe() || !policy.observed().isEmpty();
        Observer observer = observes ? policy.observer(route.observe()) : null;
        routes.add(
            new Route(
                route.path().value(),
                policy,
                target,
                rebase,
                observer,
                route.order() == Config.Order.ID,
                route.smartCapabilities()));
      }
    }
    directory(config.journal().dir());
    Kms kms = kms(config);
    if (failed.get()) {
      return null;
    }
    Set<String> hosts = new LinkedHashSet<>();
    config.listeners().forEach(l -> hosts.addAll(l.hosts()));
    // One listener that serves any host makes the set of names meaningless.
    boolean any = config.listeners().stream().anyMatch(l -> l.hosts().isEmpty());
    Config.Limits limits = config.limits();
    Snapshot snapshot =
        new Snapshot(
            HexFormat.of().formatHex(hash.digest()),
            any ? Set.of() : Set.copyOf(hosts),
            List.copyOf(routes),
            authenticator,
            new io.sallyport.policy.redact.Limits(
                limits.jsonDepthMax(),
                limits.jsonKeyBytesMax(),
                limits.jsonNumberBytesMax(),
                limits.jsonStringBytesMax(),
                limits.resourceBytesMax(),
                limits.binaryBytesMax()),
            limits.windowBytes());
    Map<String, PolicySet> named = new LinkedHashMap<>();
    policies.forEach((file, policy) -> named.put(Sources.name(base, file), policy));
    Sources sources = new Sources(base, Map.copyOf(texts), named, Map.copyOf(keys), table);
    return new Compiled(
        snapshot, Map.copyOf(targets), List.copyOf(webhooks), receivers, kms, sources);
  }

  private PolicySet policy(Config.Route route) {
    Path file = route.policy().value();
    try {
      String text = Files.readString(file);
      source(file, text);
      PolicySet policy =
          PolicySet.read(file.toString(), text, name -> named(file, name), keys::get, problems);
      if (policy != null) {
        digest(policy.hash()); // with the value sets that it names
      }
      return policy;
    } catch (IOException e) {
      problems.accept(route.policy().error(file + " is not there or cannot be read", "E-FILE"));
      return null;
    }
  }

  private String named(Path policy, String name) {
    String text = PolicyFiles.beside(policy).apply(name);
    if (text != null) {
      texts.put(Sources.name(base, policy.resolveSibling(name)), text);
    }
    return text;
  }

  private void key(String name, Placed<Secret> secret) {
    char[] text = open(secret);
    if (text.length == 0) {
      return;
    }
    try {
      keys.put(name, PolicyKeys.of(NamedKey.of(text), name, table));
    } catch (KmsException weak) {
      problems.accept(secret.error(weak.getMessage(), "E-KEY-WEAK"));
    } finally {
      Arrays.fill(text, ' ');
    }
  }

  private void webhook(
      String name, Config.Notification n, List<X509Certificate> trust, List<WebhookTarget> to) {
    char[] text = open(n.key());
    if (text.length == 0) {
      return;
    }
    try {
      to.add(new WebhookTarget(name, n.url().value(), WebhookKey.of(text)::sign, trust));
    } catch (KmsException wrong) {
      problems.accept(n.key().error(wrong.getMessage(), "E-KEY-WEAK"));
    } finally {
      Arrays.fill(text, ' ');
    }
  }

  private void receiver(Config.Siem r, KeyMaterial material, List<ExportSettings> to) {
    List<X509Certificate> trust = material.trust(r.trust());
    if (r.certificate() != null && r.key() != null) {
      material.pair(r.certificate(), r.key());
    }
    if (failed.get()) {
      return; // nothing is made of what is not there
    }
    to.add(
        new ExportSettings(
            r.name(),
            new SyslogTarget(r.host().value(), r.port()),
            material.client(trust, r.certificate(), r.key()),
            r.format(),
            r.queries(),
            r.patients()));
  }

  private UpstreamTarget target(
      Config.Upstream u, List<X509Certificate> trust, Config.Limits limits) {
    URI base = u.base().value();
    boolean tls = base.getScheme().equals("https");
    return new UpstreamTarget(
        u.name(),
        trimmed(base.toString()),
        base.getHost(),
        base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80,
        tls,
        trimmed(base.getRawPath()),
        authorization(u.credentials()),
        u.connections(),
        trust,
        Math.toIntExact(u.connectTimeout().toMillis()),
        Math.toIntExact(u.responseTimeout().toMillis()),
        Math.toIntExact(u.totalTimeout().toMillis()),
        limits.responseBytesMax());
  }

  private String authorization(Placed<Secret> credentials) {
    char[] secret = credentials == null ? new char[0] : open(credentials);
    String text = new String(secret);
    Arrays.fill(secret, ' ');
    if (!text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      problems.accept(
          credentials.error("holds characters that no header may carry", "E-CREDENTIALS"));
      return "";
    }
    return text.isEmpty() || text.indexOf(' ') > 0 ? text : "Bearer " + text;
  }

  private String external(Config config, Config.Route route) {
    if (route.publicBase() != null) {
      return trimmed(route.publicBase().value().toString());
    }
    Config.Listener first = config.listeners().get(0);
    int port = first.port().value();
    if (first.hosts().isEmpty() || port == 0) {
      problems.accept(
          route
              .path()
              .error(
                  "needs public-base: the first listener has "
                      + (port == 0 ? "no fixed port" : "no hosts"),
                  "E-PUBLIC-BASE"));
      return null;
    }
    String authority = first.hosts().get(0) + (port == 443 ? "" : ":" + port);
    return "https://" + authority + route.path().value();
  }

  private void directory(Placed<Path> dir) {
    Path there = dir.value();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
      problems.accept(
          dir.error(there + " is not a directory that this user may write", "E-JOURNAL-DIR"));
    }
  }

  private Kms kms(Config config) {
    char[] password = open(config.journal().password());
    if (password.length == 0) {
      return null;
    }
    Path base = config.file().toAbsolutePath().normalize().getParent();
    try {
      return Kms.open(config.journal().key().value(), base, password);
    } catch (KmsException e) {
      problems.accept(
          config
              .journal()
              .key()
              .error(e.getMessage() + "; 'sallyport key init' makes a key store", "E-KEY-STORE"));
      return null;
    } finally {
      Arrays.fill(password, ' ');
    }
  }

  private char[] open(Placed<Secret> secret) {
    try {
      return secret.value().open(environment);
    } catch (IOException e) {
      problems.accept(secret.error(e.getMessage(), "E-SECRET"));
      return new char[0];
    }
  }

  private void source(Path file, String text) {
    texts.put(Sources.name(base, file), text);
    digest(text);
  }

  // The length before each text, so that no two sets of files share a hash.
  private void digest(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hash.update((bytes.length + "\n").getBytes(StandardCharsets.US_ASCII));
    hash.update(bytes);
  }

  private static String trimmed(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
