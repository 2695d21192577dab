package io.sallyport.proxy.kms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamedKeyTest {
  private static final byte[] PLAIN = "p1".getBytes(UTF_8);
  private static final byte[] CONTEXT = "Patient".getBytes(UTF_8);

  private static NamedKey key(String start) {
    return NamedKey.of((start + "-0123456789-0123456789-0123456789").toCharArray());
  }

  @Test
  void theSameSecretIsTheSameKeyAfterARestart() {
    assertThat(key("a").seal(PLAIN, CONTEXT)).isEqualTo(key("a").seal(PLAIN, CONTEXT));
    assertThat(key("a").mac(PLAIN)).isEqualTo(key("a").mac(PLAIN)).hasSize(32);
  }

  @Test
  void anotherSecretOrContextNeitherMakesNorOpensTheSame() {
    byte[] sealed = key("a").seal(PLAIN, CONTEXT);
    assertThat(sealed).hasSize(18).isNotEqualTo(key("b").seal(PLAIN, CONTEXT));
    assertThat(key("a").open(sealed, CONTEXT)).isEqualTo(PLAIN);
    assertThat(key("b").open(sealed, CONTEXT)).isNull();
    assertThat(key("a").open(sealed, PLAIN)).isNull();
    assertThat(key("a").mac(PLAIN)).isNotEqualTo(key("b").mac(PLAIN));
    assertThat(NamedKey.random().mac(PLAIN)).isNotEqualTo(NamedKey.random().mac(PLAIN));
  }

  @Test
  void aShortSecretIsNone() {
    assertThatThrownBy(() -> NamedKey.of("0123456789012345678901234567890".toCharArray()))
        .isInstanceOf(KmsException.class)
        .hasMessageContaining("at least 32");
    assertThat(NamedKey.of("01234567890123456789012345678901".toCharArray())).isNotNull();
  }

  @Test
  void itPrintsNothingOfItself() {
    assertThat(key("a").toString()).isEqualTo("[key]");
  }

  @Test
  void severalThreadsMakeTheSameOfTheSame() {
    NamedKey key = key("a");
    Set<String> made = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 4000)
        .parallel()
        .forEach(
            i -> {
              byte[] sealed = key.seal(PLAIN, CONTEXT);
              made.add(new java.math.BigInteger(1, sealed) + "" + key.open(sealed, CONTEXT).length);
            });
    assertThat(made).hasSize(1);
  }
}
