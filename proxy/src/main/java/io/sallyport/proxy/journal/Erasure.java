package io.sallyport.proxy.journal;

import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.util.Locale;

/**
 * Destroys a key and proves it: what the key service says of the key is believed only when no data
 * key opens any more.
 *
 * @param origin the log's name
 */
record Erasure(String origin, Kms kms) {
  /**
   * What came of it.
   *
   * @param tried data keys that did not open
   */
  record Outcome(Disposal.State state, String service, long tried) {}

  /**
   * Destroys unless that is done. Of a key that nobody can use now the service is told, too: it may
   * only have been switched off.
   *
   * @throws KmsException when the service refuses, or does not answer
   * @throws RetentionRefused when a data key still opens
   */
  Outcome destroy(MonthRecords month) {
    if (kms.standing(month.key) != Kms.Standing.ABSENT) {
      kms.destroy(month.key);
    }
    return prove(month);
  }

  /**
   * Tries every data key.
   *
   * @throws KmsException when the service does not answer
   * @throws RetentionRefused when the key is there, or a data key still opens
   */
  Outcome prove(MonthRecords month) {
    var standing = standing(month.key);
    long tried = 0;
    for (var file : month.opened()) {
      tries(month, file);
      tried++;
    }
    // A service that went away in between has proven nothing.
    if (standing(month.key) != standing) {
      throw new RetentionRefused("the key service says one thing and then another of " + month.key);
    }
    var state =
        standing == Kms.Standing.ABSENT ? Disposal.State.DESTROYED : Disposal.State.SCHEDULED;
    var said = kms.name() + ": " + standing.name().toLowerCase(Locale.ROOT);
    return new Outcome(state, said, tried);
  }

  private Kms.Standing standing(String key) {
    var standing = kms.standing(key);
    if (standing == Kms.Standing.USABLE) {
      throw new RetentionRefused("the key service was told to destroy " + key + ", and did not");
    }
    return standing;
  }

  private void tries(MonthRecords month, MonthRecords.Opened file) {
    var wrapped = file.opening().of(month.retention());
    var place =
        new DataKey.Place(
            origin,
            file.run(),
            file.number(),
            month.retention(),
            file.opening().epochKey(),
            wrapped.kek());
    try {
      DataKey.open(kms, place, wrapped);
    } catch (KmsException gone) {
      return;
    } catch (Frame.Malformed e) {
      throw new RetentionRefused("a data key under " + month.key + " is damaged", e);
    }
    throw new RetentionRefused(
        "the data key of run " + file.run() + ", file " + file.number() + " still opens");
  }
}
