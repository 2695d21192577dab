package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The file system under a journal. What was written out must stay written out: on one that copies
 * on write, or asks a network, a block of a file that is there may be a new block when it is
 * written again, and then there may be none (journald meets SIGBUS for that; journal.md A6).
 */
final class Volume {
  private static final Set<String> GOOD = Set.of("ext4", "ext3", "xfs");

  private static final Set<String> COPY_ON_WRITE =
      Set.of("btrfs", "zfs", "bcachefs", "f2fs", "nilfs2", "apfs");

  private static final Set<String> ELSEWHERE =
      Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "lustre", "virtiofs");

  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

  private Volume() {}

  /**
   * @param any whether the operator takes what cannot be promised
   * @return what the operator should know; "" for nothing
   * @throws JournalUnavailable when a journal must not be here
   */
  static String check(Path journal, boolean any) throws IOException {
    return check(journal, Files.getFileStore(journal).type(), any);
  }

  static String check(Path journal, String type, boolean any) {
    if (GOOD.contains(type)) {
      return "";
    }
    if (MEMORY.contains(type)) {
      return journal + " is on " + type + ": it is gone with the power, whatever is forced";
    }
    if (type.equals("overlay")) {
      return journal + " is on a container's own layer: give it a volume on ext4 or xfs";
    }
    boolean elsewhere = ELSEWHERE.contains(type) || type.startsWith("fuse");
    if (!elsewhere && !COPY_ON_WRITE.contains(type)) {
      return journal + " is on " + type + ", which nobody has tried: use ext4 or xfs";
    }
    var why =
        journal
            + " is on "
            + type
            + (elsewhere ? ", which is not a disk of this machine" : ", which copies on write")
            + ": a full disk could lose records that were acknowledged. Use ext4 or xfs";
    if (any) {
      return why;
    }
    throw new JournalUnavailable(why + ", or write filesystem: any under journal", null);
  }
}
