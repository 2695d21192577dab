package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleFrontierTest {
  private static final HexFormat HEX = HexFormat.of();

  // Certificate Transparency's own test vectors: leaves, and the root after each.
  private static final List<String> LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");
  private static final List<String> ROOTS =
      List.of(
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  @Test
  void rootsAreThoseOfRfc6962() {
    var tree = new MerkleFrontier();
    assertThat(HEX.formatHex(tree.root()))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < LEAVES.size(); i++) {
      var leaf = HEX.parseHex("ff" + LEAVES.get(i) + "ff");
      tree.append(leaf, 1, leaf.length - 2);
      assertThat(HEX.formatHex(tree.root())).isEqualTo(ROOTS.get(i));
    }
  }

  @Test
  void everySizeAgreesWithTheDefinition() throws Exception {
    var tree = new MerkleFrontier();
    var hashes = new ArrayList<byte[]>();
    for (int i = 0; i < 130; i++) {
      var frame = new byte[] {(byte) i, 7};
      tree.append(frame, 0, 2);
      hashes.add(tree.leaf().clone());
      assertThat(tree.root()).isEqualTo(root(hashes));
      var copy = tree.copy((level, hash) -> {});
      copy.append(hashes.get(0));
      assertThat(tree.root()).isEqualTo(root(hashes));
      assertThat(copy.size()).isEqualTo(tree.size() + 1);
    }
  }

  // RFC 6962 section 2.1: split at the largest power of two below the size.
  private static byte[] root(List<byte[]> leaves) throws Exception {
    if (leaves.size() == 1) {
      return leaves.get(0);
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    var sha = MessageDigest.getInstance("SHA-256");
    sha.update((byte) 1);
    sha.update(root(leaves.subList(0, split)));
    sha.update(root(leaves.subList(split, leaves.size())));
    return sha.digest();
  }
}
