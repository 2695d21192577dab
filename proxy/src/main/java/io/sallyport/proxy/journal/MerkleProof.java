package io.sallyport.proxy.journal;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Inclusion and consistency proofs of an RFC 6962 Merkle tree, sections 2.1.1 and 2.1.2: made from
 * the hashes of its perfect subtrees, checked from nothing but roots (RFC 9162 sections 2.1.3.2 and
 * 2.1.4.2). One thread.
 */
final class MerkleProof {
  /** Hashes of perfect subtrees. */
  interface Subtrees {
    /** Of the leaves {@code [index << height, index + 1 << height)}. */
    byte[] hash(int height, long index) throws IOException;
  }

  private final Subtrees tree;

  MerkleProof(Subtrees tree) {
    this.tree = tree;
  }

  /**
   * The root over the leaves {@code [from, to)}, {@code from} being where such a subtree begins.
   */
  byte[] root(long from, long to) throws IOException {
    long count = to - from;
    if (Long.bitCount(count) == 1) {
      int height = Long.numberOfTrailingZeros(count);
      return tree.hash(height, from >> height);
    }
    long split = split(count);
    return node(root(from, from + split), root(from + split, to));
  }

  /** From the leaf's sibling up. */
  List<byte[]> inclusion(long index, long size) throws IOException {
    var path = new ArrayList<byte[]>();
    include(path, index, 0, size);
    return path;
  }

  private void include(List<byte[]> path, long index, long from, long to) throws IOException {
    if (to - from == 1) {
      return;
    }
    long middle = from + split(to - from);
    if (index < middle) {
      include(path, index, from, middle);
      path.add(root(middle, to));
    } else {
      include(path, index, middle, to);
      path.add(root(from, middle));
    }
  }

  /** That the tree of {@code size} begins with that of {@code old}; empty when old is 0 or size. */
  List<byte[]> consistency(long old, long size) throws IOException {
    var path = new ArrayList<byte[]>();
    if (old > 0 && old < size) {
      relate(path, old, 0, size, true);
    }
    return path;
  }

  private void relate(List<byte[]> path, long old, long from, long to, boolean known)
      throws IOException {
    if (old == to) {
      if (!known) {
        path.add(root(from, to));
      }
      return;
    }
    long middle = from + split(to - from);
    if (old <= middle) {
      relate(path, old, from, middle, known);
      path.add(root(middle, to));
    } else {
      relate(path, old, middle, to, false);
      path.add(root(from, middle));
    }
  }

  /** The root that a proof leads to; null when its length is not that of the place. */
  static byte[] rootOf(byte[] leaf, long index, long size, List<byte[]> proof) {
    if (index < 0 || index >= size) {
      return null;
    }
    long at = index;
    long last = size - 1;
    var hash = leaf;
    for (var sibling : proof) {
      if (last == 0) {
        return null;
      }
      if ((at & 1) == 1 || at == last) {
        hash = node(sibling, hash);
        while ((at & 1) == 0 && at != 0) {
          at >>= 1;
          last >>= 1;
        }
      } else {
        hash = node(hash, sibling);
      }
      at >>= 1;
      last >>= 1;
    }
    return last == 0 ? hash : null;
  }

  /** Whether a proof leads from the one root to the other. */
  static boolean consistent(long old, byte[] oldRoot, long size, byte[] root, List<byte[]> proof) {
    if (old == size || old == 0) {
      return proof.isEmpty() && (old == 0 || Arrays.equals(oldRoot, root));
    }
    if (old < 0 || old > size || proof.isEmpty()) {
      return false;
    }
    var path = new ArrayList<>(proof);
    if (Long.bitCount(old) == 1) {
      path.add(0, oldRoot);
    }
    long at = old - 1;
    long last = size - 1;
    while ((at & 1) == 1) {
      at >>= 1;
      last >>= 1;
    }
    var first = path.get(0);
    var second = first;
    for (var sibling : path.subList(1, path.size())) {
      if (last == 0) {
        return false;
      }
      if ((at & 1) == 1 || at == last) {
        first = node(sibling, first);
        second = node(sibling, second);
        while ((at & 1) == 0 && at != 0) {
          at >>= 1;
          last >>= 1;
        }
      } else {
        second = node(second, sibling);
      }
      at >>= 1;
      last >>= 1;
    }
    return last == 0 && Arrays.equals(first, oldRoot) && Arrays.equals(second, root);
  }

  // The largest power of two below count.
  private static long split(long count) {
    return Long.highestOneBit(count - 1);
  }

  static byte[] node(byte[] left, byte[] right) {
    return hash((byte) 1, left, right);
  }

  static byte[] leaf(byte[] frame) {
    return hash((byte) 0, frame);
  }

  private static byte[] hash(byte kind, byte[]... parts) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(kind);
      for (var part : parts) {
        sha.update(part);
      }
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
