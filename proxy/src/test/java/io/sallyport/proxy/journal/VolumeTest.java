package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTest {
  private static final Path JOURNAL = Path.of("journal");

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "xfs"})
  void whatKeepsItsBlocksIsGood(String type) {
    assertThat(Volume.check(JOURNAL, type, false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "overlay", "somethingfs"})
  void whatADemonstrationMayRunOnIsTold(String type) {
    assertThat(Volume.check(JOURNAL, type, false))
        .contains(type.equals("overlay") ? "container" : type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "zfs", "nfs4", "fuseblk", "fuse.sshfs"})
  void whatCopiesOnWriteOrIsElsewhereIsRefusedUnlessItIsAskedFor(String type) {
    assertThatThrownBy(() -> Volume.check(JOURNAL, type, false))
        .isInstanceOf(JournalUnavailable.class)
        .hasMessageContaining(type)
        .hasMessageContaining("Use ext4 or xfs")
        .hasMessageContaining("filesystem: any");
    assertThat(Volume.check(JOURNAL, type, true)).contains(type);
  }
}
