package io.sallyport.proxy.journal;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Who else knows how long the journal is: the only thing against which a cut tail shows.
 *
 * @param anchors files, best on other volumes, that get every checkpoint and that a start compares
 *     the journal with
 * @param witnesses servers of c2sp.org/tlog-witness, best under another's hand
 * @param acceptLoss -1; or the number of records that an operator says the journal is to go on with
 *     although a checkpoint proves that there were more: it must be the number found
 */
public record Outside(List<Path> anchors, List<Witness> witnesses, long acceptLoss) {
  public static final Outside NONE = new Outside(List.of(), List.of(), -1);

  /**
   * One witness.
   *
   * @param prefix its submission prefix, without {@code /add-checkpoint}
   * @param key its verifier key line: {@code name+id+base64(0x04, Ed25519 key)}
   */
  public record Witness(URI prefix, String key) {
    /**
     * @throws IllegalArgumentException when the key is not a witness's
     */
    public Witness {
      LogKey.parseWitness(key);
    }
  }
}
