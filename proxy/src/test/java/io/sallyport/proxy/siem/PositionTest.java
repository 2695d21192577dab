package io.sallyport.proxy.siem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionTest {
  @TempDir Path dir;

  @Test
  void whatWasWrittenIsReadAndNothingElse() throws Exception {
    var file = dir.resolve("soc.position");
    var position = new Position(file, "auditlog.local/a");
    assertThat(position.read()).isZero();
    position.write(4711);
    assertThat(new Position(file, "auditlog.local/a").read()).isEqualTo(4711);
    assertThat(new Position(file, "auditlog.local/b").read()).isZero();
    position.write(4712);
    assertThat(position.read()).isEqualTo(4712);
  }

  @Test
  void damagedFileCountsAsNone() throws Exception {
    var file = dir.resolve("soc.position");
    var position = new Position(file, "auditlog.local/a");
    position.write(4711);
    var good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        var bent = good.clone();
        bent[at] ^= (byte) (1 << bit);
        Files.write(file, bent);
        assertThat(position.read()).as("byte %s bit %s", at, bit).isZero();
      }
      Files.write(file, Arrays.copyOf(good, at));
      assertThat(position.read()).as("cut at %s", at).isZero();
    }
  }

  @Test
  void whatACrashLeftBesideItIsInNobodysWay() throws Exception {
    var file = dir.resolve("soc.position");
    Files.writeString(dir.resolve("soc.position.new"), "half");
    var position = new Position(file, "auditlog.local/a");
    assertThat(position.read()).isZero();
    position.write(3);
    assertThat(position.read()).isEqualTo(3);
  }
}
