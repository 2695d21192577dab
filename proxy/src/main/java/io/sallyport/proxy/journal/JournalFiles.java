package io.sallyport.proxy.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names in a journal directory.
 *
 * <pre>
 * lock              held by the one process that writes
 * origin            the log's name: auditlog.local/UUID
 * journal.pub       the identity's public key: a C2SP vkey line
 * tlog/tile/        hashes of the tree over all sealed frames, as C2SP tlog-tiles lays them out
 * checkpoints.log   every checkpoint, one C2SP signed note after another
 * desk/             requests of commands, and answers
 * state/            snapshots of what the records come to
 * export/           how far receivers have got
 * vault/            hold vaults: what is kept of months that were disposed of
 * doubt             something in the files was not as it should be: the next start reads all of them
 * probe             a block that is written to learn whether the disk is quick
 * spare-1           a roll file to come, all zeros
 * run-000001/       one process start: a Chronicle queue of its own
 *   20261126-083002.cq4   frames, at most of 15 minutes
 * </pre>
 *
 * <p>Each process start writes a queue of its own and never opens an older one for writing. So a
 * file torn by a crash is never appended to, Chronicle's lock words and metadata of a dead process
 * (even one with our own process id, as in a container) are never met again, and no garbage in them
 * can keep the appliance from starting.
 */
final class JournalFiles {
  static final String LOCK = "lock";
  static final String ORIGIN = "origin";
  static final String PUBLIC_KEY = "journal.pub";
  static final String TILES = "tlog/tile";
  static final String CHECKPOINTS = "checkpoints.log";
  static final String DOUBT = "doubt";
  static final String PROBE = "probe";
  static final String VAULT = "vault";

  private static final Pattern RUN = Pattern.compile("run-([0-9]{6,9})");
  private static final String FRAMES = ".cq4";

  private JournalFiles() {}

  static Path run(Path journal, int number) {
    return journal.resolve(String.format("run-%06d", number));
  }

  /** The numbers of the runs present, ascending. */
  static List<Integer> runs(Path journal) throws IOException {
    var runs = new ArrayList<Integer>();
    try (var entries = Files.newDirectoryStream(journal)) {
      for (var entry : entries) {
        var name = RUN.matcher(entry.getFileName().toString());
        if (name.matches()) {
          runs.add(Integer.parseInt(name.group(1)));
        }
      }
    }
    runs.sort(null);
    return runs;
  }

  /** The frame files of a run in the order they were written: their names tell the time. */
  static List<Path> frames(Path run) throws IOException {
    var files = new ArrayList<Path>();
    try (var entries = Files.newDirectoryStream(run)) {
      for (var entry : entries) {
        if (entry.getFileName().toString().endsWith(FRAMES)) {
          files.add(entry);
        }
      }
    }
    files.sort(null);
    return files;
  }
}
