package io.sallyport.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProcStatTest {
  private static final String TAIL =
      " 20 0 1 0 8910 123456 789 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0";

  @Test
  void timesAreUserAndSystemOfItsOwnAndOfChildrenWaitedFor() {
    ProcStat stat =
        ProcStat.parse("4242 (nginx) S 17 4242 17 0 -1 4194560 10 0 0 0 100 20 3 4" + TAIL);
    assertThat(stat).isEqualTo(new ProcStat(4242, 17, 120, 7));
    assertThat(stat.nanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1270));
  }

  @Test
  void nameMayHoldSpacesAndParentheses() {
    String name = "a) S 99 (b";
    ProcStat stat = ProcStat.parse("1 (" + name + ") R 2 1 1 0 -1 4194560 10 0 0 0 5 6 7 8" + TAIL);
    assertThat(stat).isEqualTo(new ProcStat(1, 2, 11, 15));
  }

  @Test
  void whatIsNoSuchLineIsRefused() {
    assertThatThrownBy(() -> ProcStat.parse("1 (short) R 2"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ProcStat.parse("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void coreIsBusyWithAllButIdleAndWaiting() {
    String stat =
        """
        cpu  999 999 999 999 999 999 999 999 999 999
        cpu1 1 2 4 100 200 8 16 32 64 128
        cpu10 7 7 7 7 7 7 7 7 7 7
        """;
    assertThat(CoreStat.parse(stat, 1)).isEqualTo(63);
    assertThatThrownBy(() -> CoreStat.parse(stat, 0)).hasMessageContaining("core 0");
  }

  @Test
  void residentMemoryIsInKibibytes() {
    assertThat(ProcessTree.resident("Name:\tnginx\nVmHWM:\t 9 kB\nVmRSS:\t    2048 kB\n"))
        .isEqualTo(2048 << 10);
  }

  @Test
  void treeHoldsWhatIsBelowItsRoot() throws Exception {
    // A shell that burns time in a child, which it then waits for, and in one that lives on.
    String burn = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done";
    Process shell =
        new ProcessBuilder("sh", "-c", "sh -c '" + burn + "'; sh -c '" + burn + "; echo; read x'")
            .start();
    try {
      assertThat(shell.getInputStream().read()).isEqualTo('\n');
      ProcessTree tree = new ProcessTree(shell.pid());
      assertThat(tree.cpuNanos()).isGreaterThan(tree.ownCpuNanos());
      assertThat(tree.residentBytes()).isPositive();
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly().waitFor();
    }
  }
}
