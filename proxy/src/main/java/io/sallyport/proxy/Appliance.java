package io.sallyport.proxy;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.hotspot.GarbageCollectorExports;
import io.prometheus.client.hotspot.MemoryPoolsExports;
import io.prometheus.client.hotspot.StandardExports;
import io.sallyport.policy.Problem;
import io.sallyport.proxy.authn.BearerAuthenticator;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.ConfigChanges;
import io.sallyport.proxy.config.LoadedTexts;
import io.sallyport.proxy.config.SnapshotCompiler;
import io.sallyport.proxy.desk.Desk;
import io.sallyport.proxy.desk.DeskHandler;
import io.sallyport.proxy.exchange.EnforcementPoint;
import io.sallyport.proxy.exchange.LogIns;
import io.sallyport.proxy.exchange.LongIds;
import io.sallyport.proxy.exchange.Memory;
import io.sallyport.proxy.exchange.OpenGrants;
import io.sallyport.proxy.exchange.Route;
import io.sallyport.proxy.exchange.SeenPrivileges;
import io.sallyport.proxy.exchange.Snapshot;
import io.sallyport.proxy.journal.ChronicleJournal;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalEntry;
import io.sallyport.proxy.journal.JournalTail;
import io.sallyport.proxy.journal.Retention;
import io.sallyport.proxy.journal.RetentionKeeper;
import io.sallyport.proxy.kms.ExportKey;
import io.sallyport.proxy.net.Listener;
import io.sallyport.proxy.net.ListenerMetrics;
import io.sallyport.proxy.net.ListenerSettings;
import io.sallyport.proxy.net.Loops;
import io.sallyport.proxy.net.UpstreamClient;
import io.sallyport.proxy.ops.AdminServer;
import io.sallyport.proxy.ops.Health;
import io.sallyport.proxy.ops.Webhooks;
import io.sallyport.proxy.siem.Exports;
import io.sallyport.proxy.state.State;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: builds, starts, drains and stops every part in order. Nothing else wires,
 * and nothing but the command line knows it.
 */
public final class Appliance implements AutoCloseable {
  /** Where the journal's directory has the positions of receivers. */
  static final String EXPORT = "export";

  /** What this is, in the journal and on the command line. */
  public static final String VERSION = "0.1.0";

  private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);

  private final Config config;
  private final String operator;
  private final ExecutorService ops;
  private final ChronicleJournal journal;
  private final Live live = new Live();
  private final Loops loops;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final AdminServer admin;
  private final Exports exports;
  private final State state;
  private final RetentionKeeper retaining;
  private final Desk desk;

  // Set by the stopping thread, read by the admin server's: the appliance is not ready any more.
  private volatile boolean draining;

  /**
   * Starts an appliance.
   *
   * @param problems every problem of the configuration
   * @return null when the configuration has an error
   * @throws IOException when an address cannot be bound
   */
  public static Appliance start(
      Config config, Map<String, String> environment, Clock clock, Consumer<Problem> problems)
      throws IOException {
    CollectorRegistry registry = new CollectorRegistry();
    ExecutorService ops =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "ops");
              thread.setDaemon(true);
              return thread;
            });
    BearerAuthenticator authenticator =
        new BearerAuthenticator(
            config.issuers().stream().map(Config.Issuer::settings).toList(),
            clock,
            ops,
            registry,
            config.limits().tokensMax());
    SnapshotCompiler.Compiled compiled =
        SnapshotCompiler.compile(config, authenticator, environment, clock.instant(), problems);
    if (compiled == null) {
      ops.shutdown();
      return null;
    }
    return new Appliance(
        config, compiled, authenticator, ops, clock, registry, Operator.name(environment));
  }

  private Appliance(
      Config config,
      SnapshotCompiler.Compiled compiled,
      BearerAuthenticator authenticator,
      ExecutorService ops,
      Clock clock,
      CollectorRegistry registry,
      String operator)
      throws IOException {
    this.config = config;
    this.operator = operator;
    this.ops = ops;
    RecordedKms kms = new RecordedKms(compiled.kms());
    this.journal =
        ChronicleJournal.open(
            config.journal().dir().value(),
            kms,
            clock,
            config.journal().limits(),
            config.journal().outside(),
            registry);
    kms.to(journal);
    OpenGrants grants = new OpenGrants();
    SeenPrivileges privileges = new SeenPrivileges();
    LoadedTexts before = new LoadedTexts();
    LongIds longIds = new LongIds();
    this.state =
        State.open(
            config.journal().dir().value(),
            kms,
            List.of(grants, privileges, before, longIds),
            journal::durable,
            this::alert);
    compiled.sources().table().begin(journal, longIds);
    Memory memory =
        new Memory(new LogIns(journal, config.limits().tokensMax(), privileges), grants);
    record(compiled.snapshot(), ConfigChanges.of(before, compiled.sources()), before.hash());
    authenticator.prepare().thenAccept(problems -> problems.forEach(p -> LOG.warn("keys: {}", p)));
    Path positions = config.journal().dir().value().resolve(EXPORT);
    this.exports =
        Exports.start(
            compiled.receivers(),
            new Exports.Source(
                () -> new JournalTail(config.journal().dir().value(), kms, 0, journal::durable),
                journal::durable,
                compiled.receivers().isEmpty()
                    ? UnaryOperator.identity()
                    : ExportKey.open(kms, positions.resolve("patients.key"))::pseudonym,
                positions,
                hostName()),
            registry);
    Retention retention =
        new Retention(
            journal,
            config.journal().dir().value(),
            kms,
            config.journal().retention(),
            clock,
            exports::settled);
    this.retaining = RetentionKeeper.start(retention);
    Map<String, DeskHandler> handlers = new HashMap<>(RetentionDesk.handlers(retention));
    handlers.put(Readings.KIND, new Readings(journal));
    this.desk = Desk.open(config.journal().dir().value(), handlers, this::alert);
    this.loops = new Loops(Runtime.getRuntime().availableProcessors());
    EnforcementPoint point =
        new EnforcementPoint(
            journal,
            new UpstreamClient(registry),
            clock,
            registry,
            new SecureRandom(),
            config.limits().relationsMax(),
            config.limits().relationTime().toMillis(),
            new Webhooks(compiled.webhooks(), clock, ops, registry, Webhooks.AGAIN),
            memory);
    ListenerMetrics metrics = ListenerMetrics.register(registry);
    for (Config.Listener listener : config.listeners()) {
      Listener one = new Listener(settings(listener), live, point, loops, metrics);
      listeners.add(one);
      ports.add(one.start());
    }
    new StandardExports().register(registry);
    new MemoryPoolsExports().register(registry);
    new GarbageCollectorExports().register(registry);
    Health health =
        new Health()
            .check("journal", journal::writable)
            .check("listening", () -> ports.size() == config.listeners().size())
            .check("serving", () -> !draining);
    this.admin =
        AdminServer.start(
            config.admin().address().value(), config.admin().port(), health, registry);
    LOG.info("ready on {}", ports);
  }

  /** Start and configuration are in the journal before anything is served. */
  private void record(Snapshot snapshot, List<JournalEntry> changes, String before) {
    append(
        new JournalEntry.Started(
            VERSION,
            System.getProperty("java.vendor") + " " + Runtime.version(),
            hostName(),
            ProcessHandle.current().pid()));
    for (Config.Upstream upstream : config.upstreams().values()) {
      if (upstream.plaintext()) {
        append(
            new JournalEntry.Alert(
                "plaintext-upstream",
                upstream.name() + " is spoken to without TLS by configuration"));
      }
    }
    for (Route route : snapshot.routes()) {
      if (route.observer() != null) {
        String who =
            route.observer().everyone() ? "everybody" : route.policy().observed().toString();
        LOG.warn(
            "route {} only observes {}: it denies and hides nothing but by forbid",
            route.path(),
            who);
        append(new JournalEntry.Alert("observe-mode", route.path() + " only observes " + who));
      }
    }
    changes.forEach(this::append);
    live.swap(
        journal
            .append(
                snapshot,
                new JournalEntry.ConfigLoaded(
                    operator, config.file().getFileName().toString(), snapshot.hash(), before),
                EventClass.ADMIN)
            .toCompletableFuture()
            .join());
  }

  private void alert(String what, String detail) {
    append(new JournalEntry.Alert(what, detail));
  }

  private void append(JournalEntry entry) {
    journal.append(entry, entry, EventClass.ADMIN).toCompletableFuture().join();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException unknown) {
      return "unknown";
    }
  }

  private ListenerSettings settings(Config.Listener listener) {
    Config.Limits limits = config.limits();
    return new ListenerSettings(
        listener.address().value(),
        listener.port().value(),
        listener.tls().certificate().value(),
        listener.tls().key().value(),
        listener.tls().profile() == Config.Profile.MODERN,
        limits.connections(),
        limits.handshakeTime().toMillis(),
        limits.headTime().toMillis(),
        limits.bodyTime().toMillis(),
        limits.idleTime().toMillis(),
        limits.writeTime().toMillis(),
        limits.headBytesMax(),
        limits.bodyBytesMax());
  }

  /** The listeners' ports, in the order of the configuration. */
  public List<Integer> ports() {
    return List.copyOf(ports);
  }

  public int adminPort() {
    return admin.port();
  }

  /** The line that {@code journal verify --public-key} wants. */
  public String journalPublicKey() {
    return journal.publicKeyLine();
  }

  /**
   * Stops in order: not ready, not accepting, exchanges in flight finish within {@code
   * limits.drain} or end with a recorded 503, then the journal is sealed and closed.
   */
  @Override
  public void close() {
    if (draining) {
      return;
    }
    draining = true;
    LOG.info("draining");
    listeners.forEach(Listener::stopAccepting); // all of them, before the first is waited for
    long end = System.nanoTime() + config.limits().drain().toNanos();
    for (Listener listener : listeners) {
      listener.drain(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
    loops.close();
    desk.close();
    retaining.close();
    append(new JournalEntry.Stopped("asked to stop"));
    exports.close();
    state.close();
    journal.close();
    admin.close();
    ops.shutdownNow();
    LOG.info("stopped");
  }
}
