package io.sallyport.proxy.journal;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/** Whose cosignatures make a checkpoint a witnessed one, and how many of them. Immutable. */
public final class WitnessPolicy {
  /** Asks for none. */
  public static final WitnessPolicy NONE = new WitnessPolicy(List.of(), 0);

  private final List<LogKey> witnesses;
  private final int quorum;

  private WitnessPolicy(List<LogKey> witnesses, int quorum) {
    this.witnesses = witnesses;
    this.quorum = quorum;
  }

  /**
   * @param keys verifier key lines of witnesses: {@code name+id+base64(0x04, Ed25519 key)}
   * @param quorum how many of them must have cosigned a checkpoint, from 1 to all
   * @throws IllegalArgumentException when a line is no witness's key, or two are the same, or the
   *     quorum cannot be reached
   */
  public static WitnessPolicy of(Collection<String> keys, int quorum) {
    var witnesses = keys.stream().map(LogKey::parseWitness).toList();
    var lines = new HashSet<String>();
    for (var witness : witnesses) {
      if (!lines.add(witness.line())) {
        throw new IllegalArgumentException(witness.name() + " is given twice: it counts once");
      }
    }
    if (quorum < 1 || quorum > witnesses.size()) {
      throw new IllegalArgumentException(
          "a quorum of " + quorum + " among " + witnesses.size() + " witnesses");
    }
    return new WitnessPolicy(witnesses, quorum);
  }

  /** Whether anything is asked. */
  public boolean asks() {
    return quorum > 0;
  }

  /** Whether as many as are due have cosigned. */
  boolean met(Note note) {
    long by = witnesses.stream().filter(w -> Cosignature.of(note, w) != null).count();
    return asks() && by >= quorum;
  }

  @Override
  public String toString() {
    return quorum + " of " + witnesses.size() + " witnesses";
  }
}
