package io.sallyport.proxy.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sallyport.proxy.kms.KmsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets checkpoints cosigned and puts them into the journal with the cosignatures: on the thread
 * {@code witness}. A witness knows one key of a log, so the identity signs what goes there, beside
 * the epoch's key.
 */
final class Witnessing {
  private static final Logger LOG = LoggerFactory.getLogger(Witnessing.class);

  private final Settings settings;
  private final Identity identity;
  private final ChronicleJournal journal;
  private final List<WitnessClient> witnesses;
  private long asked;
  private boolean first = true;

  Witnessing(Path directory, Settings settings, Identity identity, ChronicleJournal journal) {
    this.settings = settings;
    this.identity = identity;
    this.journal = journal;
    witnesses =
        settings.sealing().outside().witnesses().stream()
            .map(witness -> new WitnessClient(directory, witness))
            .toList();
  }

  boolean none() {
    return witnesses.isEmpty();
  }

  void cosign(Checkpoint checkpoint) {
    long now = settings.nanos().getAsLong();
    long every = TimeUnit.MILLISECONDS.toNanos(settings.sealing().witnessMillis());
    if (!first && now - asked < every) {
      return;
    }
    try {
      var text = Note.parse(checkpoint.note()).text();
      var note = checkpoint.note() + Note.signature(text, identity);
      first = false;
      asked = now;
      var lines = new StringBuilder();
      for (var witness : witnesses) {
        var line = ask(witness, checkpoint, note);
        lines.append(line == null ? "" : line);
      }
      if (lines.length() > 0) {
        journal.offerClear(FrameType.COSIGNED, (note + lines).getBytes(UTF_8));
      }
    } catch (KmsException e) {
      LOG.error("journal: the key service did not sign for the witnesses", e);
    } catch (RuntimeException e) { // evidence that is not had; the journal goes on
      LOG.error("journal: no cosignature", e);
    }
  }

  private String ask(WitnessClient witness, Checkpoint checkpoint, String note) {
    try {
      return witness.cosign(checkpoint, note);
    } catch (WitnessClient.Contradiction e) {
      LOG.error("journal: a witness contradicts it: {}", e.getMessage());
      journal.alert("witness-contradiction", e.getMessage());
      return null;
    }
  }
}
