package io.sallyport.policy.redact;

import io.sallyport.policy.fhir.Definitions.Element;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

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

  /** What the definitions say of it; null for {@code resourceType}. */
  Element element;

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

  /** The number of that rule in its view, or of being derived; -1 for none. */
  int rule = -1;

  /** What is made of its value; null when it is shown as it is. */
  Rewrite rewrite;

  /** Goes although its other half, the value beside it, stays. */
  boolean halved;

  /** meta.versionId and meta.lastUpdated: shown only where versions are. */
  boolean version;

  /** A URL that may start with the upstream's base. */
  boolean url;

  /** Reference.reference: may point to a contained resource that was taken out. */
  boolean reference;

  /** Names the patient the resource is about. */
  boolean patient;

  /** By which a patient's compartment may hold the resource, where the role asks for it. */
  boolean member;

  /** A code that may belong to one of the segments the role is denied. */
  boolean segment;

  /** Whose value the resource's release may depend on, where it is the resource's own. */
  boolean fact;

  /** The links that it is, by which includes come; null for none. */
  Set<String> links;

  /** The resource's own id. */
  boolean id;

  /** What may hold an id, where the view has pseudonyms for ids; else null. */
  Disguise.Kind disguised;

  /** The type whose element it is, where the view has pseudonyms. */
  String owner;

  /** Derived from the whole resource: narrative, signature. */
  boolean derived;

  /** base64Binary: has a limit of its own. */
  boolean base64;

  /** Where our tags go. */
  boolean meta;

  boolean metaSecurity;
  boolean metaTag;

  /** Extension.url, which a rule may name. */
  boolean extensionUrl;

  /** Shown wherever it stands: its value is only walked. The common case, decided once. */
  boolean plain;

  /** Whether something is done with a string's content. */
  boolean acts;

  /** A modifierExtension of which something goes: what is left may mean its opposite. */
  boolean modifier;

  /** Whether its value may say that the object around it goes. */
  boolean tells;

  /** {@link #literal} as words, the first two at hand: a key is compared in two steps. */
  private final long first;

  private final long second;
  private final long firstMask;
  private final long secondMask;
  private final boolean longer;

  Slot(String key, Kind kind, boolean list, boolean underscore) {
    this.key = key;
    this.literal = ("\"" + key + "\":").getBytes(StandardCharsets.UTF_8);
    this.kind = kind;
    this.list = list;
    this.underscore = underscore;
    this.firstMask = Words.mask(literal.length);
    this.secondMask = Words.mask(literal.length - 8);
    byte[] padded = Arrays.copyOf(literal, literal.length + 16);
    this.first = Words.at(padded, 0) & firstMask;
    this.second = Words.at(padded, 8) & secondMask;
    this.longer = literal.length > 16;
  }

  void link(String name) {
    links = links == null ? new TreeSet<>() : links;
    links.add(name);
  }

  /** To be called when all marks are set. */
  void seal() {
    acts = url || reference || patient || member || segment || extensionUrl || rewrite != null;
    acts |= links != null || disguised != null;
    tells = reference || extensionUrl || kind == Kind.RESOURCE;
    plain =
        hiddenBy == null
            && rewrite == null
            && !version
            && !segment
            && !fact
            && !id
            && !derived
            && !meta
            && !metaSecurity
            && !metaTag
            && !modifier
            && kind != Kind.RESOURCE
            && kind != Kind.RESOURCE_TYPE;
  }

  /** Whether its value may be taken out whole, by itself or because nothing of it is left. */
  boolean mayGo() {
    boolean extension = child != null && child.type.equals("Extension"); // its URL is left
    return hiddenBy != null || rewrite != null || (child != null && child.vanishes && !extension);
  }

  /** Whether {@link #literal} stands at {@code p}; the source is padded. */
  boolean at(byte[] s, int p) {
    return ((Words.at(s, p) ^ first) & firstMask) == 0
        && ((Words.at(s, p + 8) ^ second) & secondMask) == 0
        && (!longer || Text.startsWith(s, p + 16, s.length, literal, 16));
  }

  /** The one of its element's types that the key stands for. */
  String type() {
    for (String type : element.types()) {
      if (!element.choice() || key.equals(element.name() + PathRule.capital(type))) {
        return type;
      }
    }
    throw new IllegalStateException(key + " is of no type");
  }

  /** Whether its items have their other half at the same index of a list beside it. */
  boolean aligned() {
    return list && (underscore || kind == Kind.PRIMITIVE);
  }
}
