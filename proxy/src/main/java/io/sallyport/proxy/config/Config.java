package io.sallyport.proxy.config;

import io.sallyport.proxy.authn.IssuerProfile;
import io.sallyport.proxy.authn.IssuerSettings;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.Outside;
import io.sallyport.proxy.journal.RetentionPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code sallyport.yaml}. These records are its manual: a key is the name of a component, with
 * hyphens. Files are relative to the configuration's own directory; durations are written {@code
 * 10s}, {@code 500ms}, {@code 5m}, {@code 12h}; sizes {@code 64KiB}, {@code 8MiB}, {@code 1GiB}.
 * Unknown keys are errors. What a key leaves out has the default given here.
 *
 * @param file where it was read from
 * @param text as it was read, for the hash
 */
public record Config(
    Path file,
    String text,
    /* Where callers connect. At least one. */
    List<Listener> listeners,
    /* Health and metrics. Default: 127.0.0.1:9443. */
    Admin admin,
    /* Who may issue tokens. At least one. */
    List<Issuer> issuers,
    /* What is served. At least one; the longest matching path wins. */
    List<Route> routes,
    /* The record systems, by name. At least one. */
    Map<String, Upstream> upstreams,
    /* env:NAME or file:PATH of a secret of at least 32 characters, by the name that policies give the key. One for
    each audience of pseudonyms. Who loses one cannot read back what it made; who changes one gives everybody new
    pseudonyms and dates. Default: none. */
    Map<String, Placed<Secret>> keys,
    /* Who is told what a policy notifies of, by name. Default: nobody. */
    Map<String, Notification> notifications,
    Journal journal,
    /* Who is sent the journal's records. Default: nobody. */
    List<Siem> siem,
    Limits limits,
    Log log) {

  /** One TLS address. */
  public record Listener(
      /* The address to bind: 0.0.0.0 for all. */
      Placed<String> address,
      /* 0 lets the system choose. */
      Placed<Integer> port,
      /* The host names served; the first one names us in answers. Empty: any. */
      List<String> hosts,
      Tls tls) {}

  /** How a listener speaks TLS. */
  public record Tls(
      /* file:PEM, the server's certificate and then its chain. */
      Placed<Path> certificate,
      /* file:PEM, the private key, PKCS#8 without a passphrase. */
      Placed<Path> key,
      /* intermediate (TLS 1.2 with ECDHE and AEAD only, and 1.3) or modern (1.3 alone). */
      Profile profile) {}

  /** The TLS versions and suites, after Mozilla's server side TLS. */
  public enum Profile {
    INTERMEDIATE,
    MODERN
  }

  /** Health and metrics in plain HTTP, so it is on loopback only. */
  public record Admin(Placed<String> address, int port) {}

  /** One OpenID Connect issuer. */
  public record Issuer(
      /* Exactly as in the tokens' iss. http only on loopback. */
      Placed<URI> issuer,
      /* The tokens' aud must hold one of these. */
      List<String> audience,
      /* Signature algorithms accepted: RS256, PS256, ES256. Default: all three. */
      List<String> algorithms,
      /* Which claims mean what: rfc9068 (default), keycloak or generic. */
      String profile,
      /* file:PEM of CAs for the issuer's TLS; null for the JDK's. */
      Placed<Path> trust,
      /* How far its clock may be off. Default 30s, at most 5m. */
      Duration clockSkew) {

    /** As whoever judges its tokens wants it. */
    public IssuerSettings settings() {
      return new IssuerSettings(
          issuer.value().toString(),
          audience,
          Set.copyOf(algorithms),
          IssuerProfile.valueOf(profile.toUpperCase(Locale.ROOT)),
          trust == null ? null : trust.value(),
          clockSkew);
    }
  }

  /** A path under which an upstream is served by a policy. */
  public record Route(
      /* As /fhir: starts with a slash and does not end with one. */
      Placed<String> path,
      Placed<Path> policy,
      /* A name under upstreams. */
      Placed<String> upstream,
      /* Our own base URL for links in answers. Default: the first listener's first host, its port, the path. */
      Placed<URI> publicBase,
      /* Everything is shown that no forbid keeps back; what the policy would do is only told. */
      boolean observe,
      /* What orders the matches of a search where its own _sort leaves that open and something is hidden from the
      caller. id (default): _id, added to the _sort sent on. upstream: whatever the record system likes, for one that
      cannot sort by _id; what is hidden may show in that. */
      Order order,
      /* What the issuer can do, by SMART's names, for .well-known/smart-configuration. */
      Set<String> smartCapabilities) {}

  /** What decides in which order matches come. */
  public enum Order {
    ID,
    UPSTREAM
  }

  /** One FHIR server behind the appliance. */
  public record Upstream(
      String name,
      /* Base URL with its path; http only on loopback or with plaintext. */
      Placed<URI> base,
      /* Kept-alive connections over all loops. Default 64. */
      int connections,
      /* env:NAME or file:PATH of a bearer token, or of a whole header value; null for none. */
      Placed<Secret> credentials,
      /* Accepts http beyond loopback: patient data crosses the network in the clear. Journaled at each load. */
      boolean plaintext,
      /* file:PEM of CAs for its TLS; null for the JDK's. */
      Placed<Path> trust,
      /* Until a connection stands, TLS included. Default 5s. */
      Duration connectTimeout,
      /* From the request until the response arrives or moves on. Default 30s. */
      Duration responseTimeout,
      /* How long one response may let us wait in all, however steadily it drips. Time in which the caller
      does not read is not counted. Default 5m. */
      Duration totalTimeout) {}

  /** Who is told by a signed webhook (standardwebhooks.com), as a policy's break-glass names it. */
  public record Notification(
      /* Where it is POSTed to; http only on loopback. */
      Placed<URI> url,
      /* env:NAME or file:PATH of the key it is signed with: whsec_ and the Base64 of 24 to 64 random bytes. */
      Placed<Secret> key,
      /* file:PEM of CAs for its TLS; null for the JDK's. */
      Placed<Path> trust) {}

  /** Where accesses are recorded. */
  public record Journal(
      Placed<Path> dir,
      /* The key service: pkcs12:FILE, pkcs11:FILE, vault:URL or awskms:REGION/NAME. */
      Placed<String> key,
      /* env:NAME, file:PATH or credential:NAME of what opens it. */
      Placed<Secret> password,
      /* durability: when a record counts as written, by class: read, denied and login are process (default) or disk; write,
      export, break-glass, admin and failed-login are always disk. file-size: of a roll file, default 32MiB. slow-disk:
      what takes longer makes the journal refuse, default 50ms. refusals: of unknown callers that are recorded one by
      one, for each network and minute, default 20. filesystem: checked (default) or any. */
      JournalLimits limits,
      /* Who else knows how long it is. anchors: files, best on other volumes, that get every checkpoint and that a start
      is compared with: [file:/mnt/other/checkpoints.log]. witnesses: servers of c2sp.org/tlog-witness: [{url: https://…,
      key: NAME+ID+KEY}]; they are asked once a minute. */
      Outside outside,
      /* How long what is kept: access, security and administration, each 6y (default, and the least) or longer, or an
      ISO period as P7Y6M. approvers: verifier keys of the persons who sign holds and disposals, as 'sallyport key approver'
      prints them: [NAME+ID+KEY, …]. */
      RetentionPolicy retention) {}

  /** One receiver of the journal's records. */
  public record Siem(
      /* What metrics and its position's file call it: a-z, 0-9 and -. */
      String name,
      /* syslog+tls://HOST[:PORT]; 6514 where no port is given (RFC 5425). */
      Placed<String> host,
      int port,
      /* file:PEM of CAs for its TLS; null for the JDK's. */
      Placed<Path> trust,
      /* file:PEM of our certificate and its chain, and of its key, where it asks who we are; null for none. */
      Placed<Path> certificate,
      Placed<Path> key,
      /* ocsf or cef. */
      String format,
      /* names (default): which parameters were searched by. full: with their values, which may be clinical. */
      boolean queries,
      /* pseudonyms (default) or ids. */
      boolean patients) {}

  /** The bounds that an operator may tune; those of an upstream stand with it. */
  public record Limits(
      /* How long requests in flight may take to finish when the appliance stops. drain, default 30s. */
      Duration drain,
      /* Client connections over all listeners. connections, default 10000. */
      int connections,
      /* Until a client's TLS handshake is done. handshake-time, default 10s. */
      Duration handshakeTime,
      /* Until a request's head has arrived, all of it. head-time, default 10s. */
      Duration headTime,
      /* Until a request's body has arrived, all of it. body-time, default 30s. */
      Duration bodyTime,
      /* A connection without a request. idle-time, default 60s. */
      Duration idleTime,
      /* How long a client may take to accept the next bytes. write-time, default 30s. */
      Duration writeTime,
      /* A request's line and headers. head, default 16KiB. */
      int headBytesMax,
      /* A request's body. body, default 64KiB: searches by POST have one. */
      int bodyBytesMax,
      /* One whole upstream response. response, default 1GiB. */
      long responseBytesMax,
      /* Redacted output recorded and released at once. window, default 64KiB. */
      int windowBytes,
      /* Nesting of JSON. json-depth, default 256. */
      int jsonDepthMax,
      /* A JSON key. json-key, default 256B. */
      int jsonKeyBytesMax,
      /* A JSON number. json-number, default 100B. */
      int jsonNumberBytesMax,
      /* A JSON string. json-string, default 8MiB. */
      int jsonStringBytesMax,
      /* The largest resource we hold back to redact. Beyond it we refuse: half a resource is a leak. resource, default 8MiB. */
      int resourceBytesMax,
      /* A Binary, and base64 in any resource. binary, default 32MiB. */
      int binaryBytesMax,
      /* Verified tokens remembered, over all loops. tokens, default 100000. */
      int tokensMax,
      /* Answers to a policy's relations remembered, over all loops. relations, default 50000. */
      int relationsMax,
      /* How long the record system may take to answer one relation. relation-time, default 5s. */
      Duration relationTime) {
    public static final Limits DEFAULT =
        new Limits(
            Duration.ofSeconds(30),
            10_000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            16 << 10,
            64 << 10,
            1L << 30,
            64 << 10,
            256,
            256,
            100,
            8 << 20,
            8 << 20,
            32 << 20,
            100_000,
            50_000,
            Duration.ofSeconds(5));
  }

  /** The log on standard output, JSON lines. */
  public record Log(
      /* error, warn, info (default) or debug. */
      String level) {}
}
