package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhoneHomeTest {
  @TempDir Path dir;

  @Test
  void chronicleAnalyticsIsNotOnTheClassPath() {
    assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void analyticsIsOffEvenIfSomebodyPutsItThere() {
    var before = System.clearProperty("chronicle.analytics.disable");
    try {
      Entries.open(dir).close();
      assertThat(System.getProperty("chronicle.analytics.disable")).isEqualTo("true");
      assertThat(System.getProperty("chronicle.announcer.disable")).isEqualTo("true");
    } finally {
      if (before != null) {
        System.setProperty("chronicle.analytics.disable", before);
      }
    }
  }
}
