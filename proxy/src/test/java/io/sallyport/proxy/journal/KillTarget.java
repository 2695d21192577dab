package io.sallyport.proxy.journal;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process to be killed: two threads append exchanges and note each acknowledged one, name and
 * number, in a file of their own.
 */
final class KillTarget {
  private KillTarget() {}

  public static void main(String[] args) throws Exception {
    var dir = Path.of(args[0]);
    var journal = Entries.open(dir);
    for (int i = 0; i < 2; i++) {
      var name = args[1] + "-" + i;
      new Thread(() -> run(journal, dir.resolve("acks-" + name), name)).start();
    }
  }

  private static void run(Journal journal, Path acks, String name) {
    var bytes = ByteBuffer.allocate(Long.BYTES);
    try (var out =
        FileChannel.open(acks, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long i = 0; ; i++) {
        long seq = Entries.exchange(journal, name + "-" + i, "p" + i % 10);
        bytes.clear().putLong(seq).flip();
        out.write(bytes);
      }
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }
}
