package io.sallyport.loadtest.compare;

import io.netty.handler.ssl.SslContext;
import java.util.List;

/** Who is measured. Started when it is made, stopped when it is closed. */
interface Contestant extends AutoCloseable {
  String name();

  /** Its version, as it says itself. */
  String version();

  /** What it runs with, for the report. */
  String configuration();

  String host();

  int port();

  /** The FHIR base's path. */
  String base();

  /** Null for plain HTTP. */
  SslContext tls();

  /** Its processes; null when they are not on this machine, or not ours to know. */
  ProcessTree processes();

  /** Judges a first answer. */
  Expected judge(Workload workload, LoadRun.Answer answer);

  /** Whether it is measured at a constant rate, too. */
  default boolean openLoop() {
    return true;
  }

  /**
   * Values of the Authorization header for a run, one for each caller. All contestants are sent
   * such tokens; only who authenticates cares.
   */
  List<String> callers(String run, int count);

  @Override
  void close();
}
