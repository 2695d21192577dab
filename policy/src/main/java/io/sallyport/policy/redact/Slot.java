package io.sallyport.policy.redact;

import java.nio.charset.StandardCharsets;

/** One JSON key that an object of a {@link Node} may have, and what is done with its value. */
final class Slot {
  /** What JSON the definitions promise; anything else is dropped. */
  enum Kind {
    /** A string, number or boolean. */
    PRIMITIVE,
    /** An object with members of its own. */
    OBJECT,
    /** A resource, judged by its own type. */
    RESOURCE,
    /** The {@code resourceType} member itself. */
    RESOURCE_TYPE
  }

  final String key;

  /** The key as it mostly comes: {@code "key":}. */
  final byte[] literal;

  final Kind kind;
  final boolean list;

  /** Whether it is the {@code _key} side of a primitive. */
  final boolean underscore;

  /** The index among its node's slots: a bit for duplicates. */
  int index;

  /** The index among all slots of its view. */
  int ordinal;

  /** The members of its value; null for primitives. */
  Node child;

  /** The rule that hides it, as the policy writes it; null when it is shown. */
  String hiddenBy;

  /** meta.versionId and meta.lastUpdated: shown only where versions are. */
  boolean version;

  /** A URL that may start with the upstream's base. */
  boolean url;

  /** Reference.reference: may point to a contained resource that was taken out. */
  boolean reference;

  /** Names the patient the resource is about. */
  boolean patient;

  /** The resource's own id. */
  boolean id;

  /** Derived from the whole resource: narrative, signature. */
  boolean derived;

  /** Where our tags go. */
  boolean meta;

  boolean metaSecurity;
  boolean metaTag;

  /** Extension.url, which a rule may name. */
  boolean extensionUrl;

  /** Whether its items have their other half at the same index of a list beside it. */
  boolean aligned() {
    return list && (underscore || kind == Kind.PRIMITIVE);
  }

  Slot(String key, Kind kind, boolean list, boolean underscore) {
    this.key = key;
    this.literal = ("\"" + key + "\":").getBytes(StandardCharsets.UTF_8);
    this.kind = kind;
    this.list = list;
    this.underscore = underscore;
  }
}
