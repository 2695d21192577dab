package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import java.security.SecureRandom;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;

/**
 * The data keys of one roll file of one process start, one for each retention class, and the body
 * of the frame that opens them.
 */
final class FileKeys {
  final int number;

  /** Whose keys they are wrapped under. */
  final YearMonth month;

  private final DataKey[] keys;
  private final byte[] opening;

  private FileKeys(int number, YearMonth month, List<DataKey> keys, byte[] opening) {
    this.number = number;
    this.month = month;
    this.keys = keys.toArray(new DataKey[0]);
    this.opening = opening;
  }

  /** The name of the key-encryption key of a month and class. */
  static String kek(YearMonth month, RetentionClass retention) {
    return "journal-" + month + "-" + retention.word();
  }

  /**
   * New keys, wrapped under those of a month.
   *
   * @param epochKey the public key that their opening announces
   * @throws io.sallyport.proxy.kms.KmsException when the key service cannot
   */
  static FileKeys fresh(
      Kms kms,
      SecureRandom random,
      String origin,
      int run,
      int number,
      YearMonth month,
      byte[] epochKey) {
    var keys = new ArrayList<DataKey>();
    var wrapped = new ArrayList<KeyOpening.Wrapped>();
    for (var retention : RetentionClass.values()) {
      var place =
          new DataKey.Place(origin, run, number, retention, epochKey, kek(month, retention));
      var fresh = DataKey.fresh(kms, random, place);
      keys.add(fresh.key());
      wrapped.add(fresh.wrapped());
    }
    return new FileKeys(number, month, keys, new KeyOpening(epochKey, List.copyOf(wrapped)).body());
  }

  /** The key of a class. */
  DataKey of(RetentionClass retention) {
    return keys[retention.ordinal()];
  }

  /** The body of the frame that opens them. */
  byte[] opening() {
    return opening;
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
