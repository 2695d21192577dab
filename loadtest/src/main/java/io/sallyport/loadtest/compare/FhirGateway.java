package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.SslContext;
import java.util.Collections;
import java.util.List;

/** A FHIR Information Gateway that somebody else has started: plain HTTP, closed loop only. */
final class FhirGateway implements Contestant {
  static final String NAME = "FHIR Information Gateway";

  private final Plan.Gateway gateway;
  private final Tokens tokens;

  FhirGateway(Plan.Gateway gateway, Tokens tokens) {
    this.gateway = gateway;
    this.tokens = tokens;
    if (!"http".equals(gateway.base().getScheme()) || gateway.base().getHost() == null) {
      throw CompareFailure.usage("--fhir-gateway takes a URL as http://127.0.0.1:8080/fhir");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "as found at " + gateway.base();
  }

  @Override
  public String configuration() {
    return "not ours: it was running at " + gateway.base();
  }

  @Override
  public String host() {
    return gateway.base().getHost();
  }

  @Override
  public int port() {
    return gateway.base().getPort() < 0 ? 80 : gateway.base().getPort();
  }

  @Override
  public String base() {
    return gateway.base().getPath().replaceAll("/$", "");
  }

  @Override
  public SslContext tls() {
    return null;
  }

  @Override
  public ProcessTree processes() {
    return gateway.pid() == 0 ? null : new ProcessTree(gateway.pid());
  }

  @Override
  public Expected judge(Workload workload, LoadRun.Answer answer) {
    return AnswerCheck.answered(NAME, workload, answer);
  }

  @Override
  public boolean openLoop() {
    return false;
  }

  @Override
  public List<String> callers(String run, int count) {
    return gateway.authorization() == null
        ? tokens.callers(run, count)
        : Collections.nCopies(count, gateway.authorization());
  }

  @Override
  public void close() {
    // whoever started it stops it
  }
}
