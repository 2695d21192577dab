package io.sallyport.proxy.cli;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.policy.Problem;
import io.sallyport.policy.Reason;
import io.sallyport.policy.Refusal;
import io.sallyport.proxy.authn.BearerAuthenticator;
import io.sallyport.proxy.config.Config;
import io.sallyport.proxy.config.Placed;
import io.sallyport.proxy.exchange.UpstreamTarget;
import io.sallyport.proxy.net.UpstreamProbe;
import java.io.PrintWriter;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Tries what a configuration names on the network, by the code that {@code serve} uses: every
 * record system and every issuer. What fails is a problem of the key that names it.
 */
final class Counterparts {
  /** Discovery and keys: two fetches of five seconds each, and a little. */
  private static final long ISSUER_SECONDS = 12;

  private final PrintWriter out;
  private final Consumer<Problem> problems;

  /**
   * @param out a line for each that answers as it should
   */
  Counterparts(PrintWriter out, Consumer<Problem> problems) {
    this.out = out;
    this.problems = problems;
  }

  void tryAll(Config config, Map<String, UpstreamTarget> targets) {
    try (UpstreamProbe probe = new UpstreamProbe()) {
      config.upstreams().forEach((name, upstream) -> upstream(probe, upstream, targets.get(name)));
    }
    config.issuers().forEach(this::issuer);
  }

  private void upstream(UpstreamProbe probe, Config.Upstream upstream, UpstreamTarget target) {
    Placed<?> base = upstream.base();
    try {
      UpstreamProbe.Answer answer = probe.ask(target);
      if (answer.status() == 401 || answer.status() == 403) {
        Placed<?> ours = upstream.credentials() == null ? base : upstream.credentials();
        tell(
            ours,
            "the record system refuses us: GET metadata is answered with "
                + answer.status()
                + ". "
                + (upstream.credentials() == null
                    ? "Give it credentials: env:NAME or file:PATH"
                    : "Renew these credentials, or let them read its CapabilityStatement"),
            "E-UPSTREAM-CREDENTIALS");
      } else if (answer.status() != 200) {
        tell(
            base,
            "GET metadata is answered with "
                + answer.status()
                + ", where FHIR has 200. Is it the base URL of the FHIR server, path included?",
            "E-UPSTREAM");
      } else if (!answer.contentType().toLowerCase(Locale.ROOT).contains("json")) {
        tell(
            base,
            "GET metadata is not answered with JSON. Is it the base URL of a FHIR server?",
            "E-UPSTREAM");
      } else {
        out.println("  upstream " + upstream.name() + " answers");
      }
    } catch (Refusal failure) {
      failed(upstream, failure);
    }
  }

  private void failed(Config.Upstream upstream, Refusal failure) {
    Throwable cause = failure.getCause();
    if (failure.reason() == Reason.UPSTREAM_TIMEOUT) {
      tell(
          upstream.base(),
          "the record system did not answer in time. Is there a firewall between? Else lengthen"
              + " connect-timeout or response-timeout",
          "E-UPSTREAM");
    } else if (cause instanceof SSLException) {
      tell(
          upstream.trust() == null ? upstream.base() : upstream.trust(),
          "the record system's certificate is not trusted, or not for this host. "
              + (upstream.trust() == null ? "Give" : "Check")
              + " trust: the PEM file of the CA that issued it",
          "E-UPSTREAM-TLS");
    } else if (cause instanceof UnknownHostException) {
      tell(upstream.base(), "there is no such host. Check the name", "E-UPSTREAM");
    } else {
      tell(
          upstream.base(),
          "the record system could not be reached ("
              + (cause == null ? failure.reason() : cause.getClass().getSimpleName())
              + "). Is it running, and are host and port right?",
          "E-UPSTREAM");
    }
  }

  private void issuer(Config.Issuer issuer) {
    String why;
    try {
      List<String> failures =
          new BearerAuthenticator(
                  List.of(issuer.settings()),
                  Clock.systemUTC(),
                  task -> new Thread(task, "ops").start(),
                  new CollectorRegistry())
              .prepare()
              .toCompletableFuture()
              .get(ISSUER_SECONDS, TimeUnit.SECONDS);
      if (failures.isEmpty()) {
        out.println("  issuer " + issuer.issuer().value() + " answers");
        return;
      }
      why = failures.get(0).substring(issuer.issuer().value().toString().length() + 2);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      why = "interrupted";
    } catch (ExecutionException | TimeoutException late) {
      why = "it did not answer in time";
    }
    boolean certificate = why.contains("PKIX") || why.contains("ertificate");
    tell(
        certificate && issuer.trust() != null ? issuer.trust() : issuer.issuer(),
        certificate
            ? "the issuer's certificate is not trusted, or not for this host. Give trust: the PEM"
                + " file of the CA that issued it"
            : "its keys cannot be fetched: "
                + (why.equals("null") ? "it could not be reached" : why)
                + ". Is it running, and is it exactly the issuer in its discovery document?",
        certificate ? "E-ISSUER-TLS" : "E-ISSUER");
  }

  private void tell(Placed<?> key, String message, String code) {
    problems.accept(Problem.error(key.at(), key.path(), message, code));
  }
}
