package io.sallyport.proxy.net;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;

/** What all listeners of an appliance count together. */
public record ListenerMetrics(Gauge open, Counter refused, Counter handshakeFailures) {
  public static ListenerMetrics register(CollectorRegistry registry) {
    return new ListenerMetrics(
        Gauge.build("sallyport_connections", "Callers' connections open.").register(registry),
        Counter.build("sallyport_connections_refused_total", "Connections over the limit.")
            .register(registry),
        Counter.build("sallyport_handshake_failures_total", "TLS handshakes that failed.")
            .register(registry));
  }
}
