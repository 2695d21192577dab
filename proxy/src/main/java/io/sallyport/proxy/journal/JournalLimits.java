package io.sallyport.proxy.journal;

/**
 * What an operator may tune of a journal.
 *
 * @param fileBytes of a roll file, written out before it is used; two more are kept ready
 * @param slowMillis an append or a force that takes longer makes the journal refuse until a force
 *     is quick again: a disk that hangs must not hang the loops
 * @param singles refusals of unknown callers that are recorded one by one, for each network and
 *     minute; what is more is counted
 * @param anyFilesystem accepts a file system on which nothing can be promised about a full disk
 * @param durability when a record of a class counts as written
 */
public record JournalLimits(
    long fileBytes, long slowMillis, int singles, boolean anyFilesystem, Durabilities durability) {
  public static final JournalLimits DEFAULT =
      new JournalLimits(32L << 20, 50, 20, false, Durabilities.LEAST);
}
