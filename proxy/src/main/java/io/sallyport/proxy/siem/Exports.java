package io.sallyport.proxy.siem;

import io.prometheus.client.CollectorRegistry;
import io.sallyport.proxy.journal.JournalTail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** All receivers of an appliance. */
public final class Exports implements AutoCloseable {
  private final List<Exporter> exporters = new ArrayList<>();

  /**
   * What receivers read from.
   *
   * @param tails opens the journal from its beginning
   * @param durable the newest number on the disk
   * @param patient a patient's id to the pseudonym that receivers know
   * @param positions where positions are kept; made when it is not there
   * @param host what this machine calls itself
   */
  public record Source(
      Supplier<JournalTail> tails,
      LongSupplier durable,
      UnaryOperator<String> patient,
      Path positions,
      String host) {}

  private Exports() {}

  /**
   * Begins to carry.
   *
   * @throws IOException when there is no place for positions
   */
  public static Exports start(
      List<ExportSettings> receivers, Source source, CollectorRegistry registry)
      throws IOException {
    var exports = new Exports();
    if (receivers.isEmpty()) {
      return exports;
    }
    Files.createDirectories(source.positions());
    var metrics = new ExportMetrics(registry);
    var syslog = new Syslog(source.host(), ProcessHandle.current().pid());
    for (var receiver : receivers) {
      var exporter =
          new Exporter(
              receiver,
              source,
              () -> new SyslogSink(receiver.target(), receiver.tls(), syslog),
              metrics,
              Exporter.SETTLED_NANOS);
      exports.exporters.add(exporter);
      exporter.start();
    }
    return exports;
  }

  /** The first record that some receiver may lack; {@link Long#MAX_VALUE} without receivers. */
  public long settled() {
    return exporters.stream().mapToLong(Exporter::settled).min().orElse(Long.MAX_VALUE);
  }

  /**
   * The same, of receivers that nothing is sent to now.
   *
   * @param positions where positions are kept
   * @param origin the journal's name
   * @throws UncheckedIOException when a position is there and cannot be read
   */
  public static long settled(Path positions, String origin, List<String> receivers) {
    long least = Long.MAX_VALUE;
    for (var receiver : receivers) {
      try {
        least = Math.min(least, Exporter.position(positions, receiver, origin).read());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return least;
  }

  /** Sends what there is, where a receiver takes it at once, and ends. */
  @Override
  public void close() {
    exporters.forEach(Exporter::close);
  }
}
