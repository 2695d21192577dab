package io.sallyport.proxy.kms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;

/** The vectors of RFC 5297, and Bouncy Castle's CMAC and counter mode put together as it says. */
class AesSivTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  @Test
  void theDeterministicExampleOfTheRfc() {
    AesSiv siv =
        new AesSiv(hex("fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff"));
    byte[] associated = hex("10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627");
    byte[] plain = hex("11223344 55667788 99aabbcc ddee");
    byte[] sealed = hex("85632d07 c6e8f37f 950acd32 0a2ecc93 40c02b96 90c4dc04 daef7f6a fe5c");
    assertThat(siv.seal(plain, associated)).isEqualTo(sealed);
    assertThat(siv.open(sealed, associated)).isEqualTo(plain);
  }

  @Test
  void theExampleOfTheRfcWithSeveralTexts() {
    AesSiv siv =
        new AesSiv(hex("7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f"));
    byte[][] associated = {
      hex(
          "00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100"),
      hex("10203040 50607080 90a0"),
      hex("09f91102 9d74e35b d84156c5 635688c0")
    };
    byte[] plain =
        hex(
            "74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970 74207573"
                + " 696e6720 5349562d 414553");
    byte[] sealed =
        hex(
            "7bdb6e3b 432667eb 06f4d14b ff2fbd0f cb900f2f ddbe4043 26601965 c889bf17 dba77ceb"
                + " 094fa663 b7a3f748 ba8af829 ea64ad54 4a272e9c 485b62a3 fd5c0d");
    assertThat(siv.seal(plain, associated)).isEqualTo(sealed);
    assertThat(siv.open(sealed, associated)).isEqualTo(plain);
  }

  @Test
  void textsOfEveryLengthAreSealedAsByBouncyCastleAndNoOtherBitOpens() {
    long seed = Long.getLong("sallyport.seed", System.nanoTime());
    System.out.println("AesSivTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] key = bytes(random, 32 + 16 * random.nextInt(3));
      byte[] plain = bytes(random, round % 100);
      byte[][] associated = new byte[random.nextInt(4)][];
      for (int i = 0; i < associated.length; i++) {
        associated[i] = bytes(random, random.nextInt(40));
      }
      AesSiv siv = new AesSiv(key);
      byte[] sealed = siv.seal(plain, associated);
      assertThat(sealed).as("seed " + seed).isEqualTo(bouncy(key, plain, associated));
      assertThat(siv.open(sealed, associated)).isEqualTo(plain);
      sealed[random.nextInt(sealed.length)] ^= (byte) (1 << random.nextInt(8));
      assertThat(siv.open(sealed, associated)).as("seed " + seed).isNull();
    }
    assertThat(new AesSiv(new byte[64]).open(new byte[15])).isNull();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] bouncy(byte[] key, byte[] plain, byte[][] associated) {
    int half = key.length / 2;
    byte[] d = cmac(key, new byte[16]);
    for (byte[] text : associated) {
      d = xor(doubled(d), cmac(key, text), 0);
    }
    byte[] last = plain;
    if (plain.length >= 16) {
      last = xor(plain, d, plain.length - 16);
    } else {
      last = new byte[16];
      System.arraycopy(plain, 0, last, 0, plain.length);
      last[plain.length] = (byte) 0x80;
      last = xor(last, doubled(d), 0);
    }
    byte[] iv = cmac(key, last);
    byte[] counter = iv.clone();
    counter[8] &= 0x7f;
    counter[12] &= 0x7f;
    var mode = SICBlockCipher.newInstance(AESEngine.newInstance());
    mode.init(true, new ParametersWithIV(new KeyParameter(key, half, half), counter));
    byte[] sealed = new byte[16 + plain.length];
    System.arraycopy(iv, 0, sealed, 0, 16);
    mode.processBytes(plain, 0, plain.length, sealed, 16);
    return sealed;
  }

  private static byte[] cmac(byte[] key, byte[] text) {
    CMac mac = new CMac(AESEngine.newInstance());
    mac.init(new KeyParameter(key, 0, key.length / 2));
    mac.update(text, 0, text.length);
    byte[] out = new byte[16];
    mac.doFinal(out, 0);
    return out;
  }

  private static byte[] doubled(byte[] block) {
    var number = new java.math.BigInteger(1, block).shiftLeft(1);
    if (number.testBit(128)) {
      number = number.clearBit(128).xor(java.math.BigInteger.valueOf(0x87));
    }
    byte[] bytes = number.toByteArray();
    byte[] out = new byte[16];
    for (int i = 0; i < 16 && i < bytes.length; i++) {
      out[15 - i] = bytes[bytes.length - 1 - i];
    }
    return out;
  }

  private static byte[] xor(byte[] text, byte[] with, int at) {
    byte[] out = text.clone();
    for (int i = 0; i < with.length; i++) {
      out[at + i] ^= with[i];
    }
    return out;
  }
}
