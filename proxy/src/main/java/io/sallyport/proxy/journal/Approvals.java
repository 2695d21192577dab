package io.sallyport.proxy.journal;

import java.util.ArrayList;
import java.util.List;

/** Holds signatures under a request against the persons that the configuration names. */
final class Approvals {
  private final List<LogKey> approvers;

  Approvals(RetentionPolicy policy) {
    approvers = policy.approvers().stream().map(LogKey::parse).toList();
  }

  /**
   * The approvers who signed.
   *
   * @param least how many different persons must have
   * @throws RetentionRefused when they are fewer, or any line is not an approver's signature of
   *     this text, or stands there twice
   */
  List<LogKey> of(Note note, int least) {
    if (approvers.size() < least) {
      throw new RetentionRefused(
          "the configuration names "
              + approvers.size()
              + " approvers, and this needs "
              + least
              + ": journal.retention.approvers, with the keys that 'sallyport key approver' makes");
    }
    var signed = new ArrayList<LogKey>();
    for (var key : approvers) {
      if (note.verifies(key)) {
        signed.add(key);
      }
    }
    if (signed.size() != note.signatures()) {
      throw new RetentionRefused(
          "it has "
              + note.signatures()
              + " signatures, and "
              + signed.size()
              + " are by different approvers of the configuration: it was changed after it was"
              + " signed, somebody else signed it, or one person twice");
    }
    if (signed.size() < least) {
      throw new RetentionRefused(
          "it needs the signatures of " + least + " approvers and has " + signed.size());
    }
    return signed;
  }
}
