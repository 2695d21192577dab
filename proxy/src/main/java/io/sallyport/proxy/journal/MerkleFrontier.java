package io.sallyport.proxy.journal;

import java.io.IOException;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The right edge of an RFC 6962 Merkle tree: enough to append leaves and to tell the root at any
 * moment, in at most 64 hashes. One thread.
 */
final class MerkleFrontier {
  /** Hears of every leaf, and of every perfect subtree of 256, 65,536… leaves, when it is there. */
  interface Sink {
    /**
     * @param level the subtree has 256^level leaves
     * @param hash valid during the call
     */
    void hash(int level, byte[] hash);
  }

  static final int HASH = 32;

  private static final int LEVELS = 63;
  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  // perfect[i] is the hash of a perfect subtree of 2^i leaves; valid where bit i of size is set.
  private final byte[][] perfect = new byte[LEVELS][HASH];
  private final byte[] carry = new byte[HASH];
  private final byte[] leaf = new byte[HASH];
  private final MessageDigest sha;
  private final Sink sink;
  private long size;

  MerkleFrontier() {
    this((level, hash) -> {});
  }

  MerkleFrontier(Sink sink) {
    this.sink = sink;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The tree of this size, made of the perfect subtrees that another has. */
  MerkleFrontier(MerkleProof.Subtrees tree, long size, Sink sink) throws IOException {
    this(sink);
    for (int level = 0; level < LEVELS && size >> level != 0; level++) {
      if ((size >> level & 1) == 1) {
        perfect[level] = tree.hash(level, (size >> level) - 1);
      }
    }
    this.size = size;
  }

  /** A tree that goes its own way from here, with a listener of its own. */
  MerkleFrontier copy(Sink other) {
    var copy = new MerkleFrontier(other);
    for (int level = 0; level < LEVELS && size >> level != 0; level++) {
      System.arraycopy(perfect[level], 0, copy.perfect[level], 0, HASH);
    }
    copy.size = size;
    return copy;
  }

  /** Leaves so far. */
  long size() {
    return size;
  }

  /** Appends the leaf SHA-256(0x00, frame), RFC 6962 section 2.1. */
  void append(byte[] frame, int from, int length) {
    sha.update(LEAF);
    sha.update(frame, from, length);
    digestInto(leaf);
    append(leaf);
  }

  /** The hash that a frame has as a leaf; appends nothing. */
  byte[] hash(byte[] frame, int from, int length) {
    sha.update(LEAF);
    sha.update(frame, from, length);
    digestInto(leaf);
    return leaf.clone();
  }

  /** Appends a leaf of which only the hash is known. */
  void append(byte[] hash) {
    System.arraycopy(hash, 0, carry, 0, HASH);
    sink.hash(0, carry);
    int level = 0;
    for (; (size >> level & 1) == 1; level++) {
      node(perfect[level], carry, carry);
      if ((level + 1) % TileFile.LEVEL_BITS == 0) {
        sink.hash((level + 1) / TileFile.LEVEL_BITS, carry);
      }
    }
    System.arraycopy(carry, 0, perfect[level], 0, HASH);
    size++;
  }

  /** The hash of the leaf appended last from a frame; valid until the next. */
  byte[] leaf() {
    return leaf;
  }

  /** The tree's root; of the empty tree, SHA-256 of nothing. */
  byte[] root() {
    var root = new byte[HASH];
    if (size == 0) {
      digestInto(root);
      return root;
    }
    int level = Long.numberOfTrailingZeros(size);
    System.arraycopy(perfect[level], 0, root, 0, HASH);
    for (level++; level < LEVELS; level++) {
      if ((size >> level & 1) == 1) {
        node(perfect[level], root, root);
      }
    }
    return root;
  }

  private void node(byte[] left, byte[] right, byte[] to) {
    sha.update(NODE);
    sha.update(left);
    sha.update(right);
    digestInto(to);
  }

  private void digestInto(byte[] to) {
    try {
      sha.digest(to, 0, HASH);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 fits 32 bytes", e);
    }
  }
}
