package io.sallyport.proxy.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleProofTest {
  private static final HexFormat HEX = HexFormat.of();

  /** Perfect subtrees of leaves that are all there. */
  private static MerkleProof proofs(List<byte[]> leaves) {
    return new MerkleProof(
        (height, index) -> {
          var tree = new MerkleFrontier();
          for (long i = index << height; i < index + 1 << height; i++) {
            tree.append(leaves.get((int) i));
          }
          return tree.root();
        });
  }

  private static byte[] root(List<byte[]> leaves) {
    var tree = new MerkleFrontier();
    leaves.forEach(tree::append);
    return tree.root();
  }

  private static List<byte[]> leaves(int count) {
    var leaves = new ArrayList<byte[]>();
    for (int i = 0; i < count; i++) {
      leaves.add(MerkleProof.leaf(new byte[] {(byte) i, 3}));
    }
    return leaves;
  }

  // Certificate Transparency's own vectors, over the eight leaves of its test tree.
  @Test
  void proofsAreThoseOfRfc6962() throws Exception {
    var leaves = new ArrayList<byte[]>();
    for (var leaf :
        List.of(
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f")) {
      leaves.add(MerkleProof.leaf(HEX.parseHex(leaf)));
    }
    assertThat(hex(proofs(leaves).inclusion(0, 8)))
        .containsExactly(
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    assertThat(hex(proofs(leaves).consistency(6, 8)))
        .containsExactly(
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
    assertThat(hex(proofs(leaves.subList(0, 5)).consistency(2, 5)))
        .containsExactly(
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
  }

  private static List<String> hex(List<byte[]> hashes) {
    return hashes.stream().map(HEX::formatHex).toList();
  }

  @Test
  void everyProofLeadsToTheRootAndNoBentOneDoes() throws Exception {
    for (int size = 1; size <= 33; size++) {
      var leaves = leaves(size);
      var root = root(leaves);
      for (int seq = 0; seq < size; seq++) {
        var proof = proofs(leaves).inclusion(seq, size);
        assertThat(MerkleProof.rootOf(leaves.get(seq), seq, size, proof)).isEqualTo(root);
        for (int at = 0; at < proof.size(); at++) {
          var bent = new ArrayList<>(proof);
          bent.set(at, MerkleProof.leaf(bent.get(at)));
          assertThat(MerkleProof.rootOf(leaves.get(seq), seq, size, bent)).isNotEqualTo(root);
          bent.remove(at);
          assertThat(MerkleProof.rootOf(leaves.get(seq), seq, size, bent)).isNotEqualTo(root);
        }
        for (int other = 0; other < size; other++) {
          var led = MerkleProof.rootOf(leaves.get(seq), other, size, proof);
          assertThat(java.util.Arrays.equals(led, root)).isEqualTo(other == seq);
        }
        var longer = new ArrayList<>(proof);
        longer.add(root);
        assertThat(MerkleProof.rootOf(leaves.get(seq), seq, size, longer)).isNull();
      }
    }
  }

  @Test
  void everyTreeIsConsistentWithItsPastAndNoOther() throws Exception {
    for (int size = 1; size <= 33; size++) {
      var leaves = leaves(size);
      var root = root(leaves);
      for (int old = 0; old <= size; old++) {
        var was = root(leaves.subList(0, old));
        var proof = proofs(leaves).consistency(old, size);
        assertThat(MerkleProof.consistent(old, was, size, root, proof)).isTrue();
        if (old > 0) {
          var other = MerkleProof.leaf(was);
          assertThat(MerkleProof.consistent(old, other, size, root, proof)).isFalse();
        }
        for (int at = 0; at < proof.size(); at++) {
          var bent = new ArrayList<>(proof);
          bent.set(at, MerkleProof.leaf(bent.get(at)));
          assertThat(MerkleProof.consistent(old, was, size, root, bent)).isFalse();
          bent.remove(at);
          assertThat(MerkleProof.consistent(old, was, size, root, bent)).isFalse();
        }
        var longer = new ArrayList<>(proof);
        longer.add(root);
        assertThat(MerkleProof.consistent(old, was, size, root, longer)).isFalse();
      }
    }
  }
}
