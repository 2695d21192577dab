package io.sallyport.proxy.kms.aws;

import io.sallyport.proxy.kms.IdentityKey;
import io.sallyport.proxy.kms.KeyNames;
import io.sallyport.proxy.kms.Kms;
import io.sallyport.proxy.kms.KmsException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AliasListEntry;
import software.amazon.awssdk.services.kms.model.AlreadyExistsException;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/**
 * Keys in AWS KMS: each key-encryption key is a symmetric key with the alias {@code
 * alias/NAME/KEY}, the identity an ECC_NIST_P256 key with the alias {@code alias/NAME/identity}.
 * The additional data of a wrap is its encryption context, which CloudTrail shows: it names the
 * journal and the file, and nobody else.
 *
 * <p>AWS destroys nothing at once: {@link #destroy} schedules it, and a key that is scheduled, or
 * disabled, does nothing until somebody gives it back. A new alias is seen by all of AWS only after
 * seconds: whoever made or found a key here uses its id.
 */
final class AwsKms implements Kms {
  private static final String IDENTITY = "identity";
  private static final String CONTEXT = "sallyport";
  private static final Duration ATTEMPT = Duration.ofSeconds(5);
  private static final Duration CALL = Duration.ofSeconds(15);

  private final KmsClient client;
  private final Place place;
  private final IdentityKey identity;
  // Key name to AWS key id, as last made or found; forgotten when anything fails.
  private final Map<String, String> ids = new ConcurrentHashMap<>();

  private AwsKms(KmsClient client, Place place, IdentityKey identity) {
    this.client = client;
    this.place = place;
    this.identity = identity;
  }

  static AwsKms open(Place place, char[] secret) {
    var client = client(place, secret);
    try {
      var key = identity(client, place);
      return new AwsKms(client, place, key);
    } catch (KmsException e) {
      client.close();
      throw e;
    }
  }

  private static IdentityKey identity(KmsClient client, Place place) {
    var alias = alias(place, IDENTITY);
    try {
      var key = client.getPublicKey(r -> r.keyId(alias));
      if (key.keyUsage() != KeyUsageType.SIGN_VERIFY || key.keySpec() != KeySpec.ECC_NIST_P256) {
        throw new KmsException(
            alias + " of " + place + " is no ECC_NIST_P256 key that signs", null);
      }
      return new IdentityKey(IdentityKey.Algorithm.ECDSA_P256, key.publicKey().asByteArray());
    } catch (NotFoundException e) {
      throw new KmsException(
          place + " has no " + alias + ": 'sallyport key init --key " + place + "' makes it", e);
    } catch (SdkException e) {
      throw failed("open", place, e);
    }
  }

  static void create(Place place, char[] secret) {
    var alias = alias(place, IDENTITY);
    try (var client = client(place, secret)) {
      if (described(client, alias) != null) {
        throw new KmsException(place + " has " + alias + " already", null);
      }
      make(client, place, IDENTITY, KeyUsageType.SIGN_VERIFY, KeySpec.ECC_NIST_P256);
    } catch (AlreadyExistsException e) {
      throw new KmsException(place + " has " + alias + " already", e);
    } catch (SdkException e) {
      throw failed("make the identity in", place, e);
    }
  }

  private static KmsClient client(Place place, char[] secret) {
    var builder =
        KmsClient.builder()
            .region(Region.of(place.region()))
            .credentialsProvider(Credentials.of(secret))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(ATTEMPT).socketTimeout(ATTEMPT))
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(CALL));
    return place.endpoint() == null
        ? builder.build()
        : builder.endpointOverride(place.endpoint()).build();
  }

  private static String alias(Place place, String key) {
    return "alias/" + place.name() + "/" + KeyNames.check(key);
  }

  /** What AWS says of a key; null where there is none. */
  private static KeyMetadata described(KmsClient client, String keyOrAlias) {
    try {
      return client.describeKey(r -> r.keyId(keyOrAlias)).keyMetadata();
    } catch (NotFoundException e) {
      return null;
    }
  }

  // Two calls: who dies between them leaves a key without an alias, that nothing was wrapped under.
  private static String make(
      KmsClient client, Place place, String key, KeyUsageType usage, KeySpec spec) {
    var made =
        client
            .createKey(
                r ->
                    r.keyUsage(usage)
                        .keySpec(spec)
                        .description("Sallyport: " + key + " of " + place))
            .keyMetadata()
            .keyId();
    try {
      client.createAlias(r -> r.aliasName(alias(place, key)).targetKeyId(made));
    } catch (AlreadyExistsException e) {
      client.scheduleKeyDeletion(r -> r.keyId(made).pendingWindowInDays(place.waitDays()));
      throw e;
    }
    return made;
  }

  @Override
  public void ensure(String key) {
    notIdentity(key);
    switch (standing(key)) {
      case USABLE -> {}
      case SCHEDULED ->
          throw new KmsException("key " + key + " of " + place + " is disabled or deleted", null);
      case ABSENT ->
          asking(
              "make " + key + " in",
              key,
              () -> {
                try {
                  var made =
                      make(
                          client,
                          place,
                          key,
                          KeyUsageType.ENCRYPT_DECRYPT,
                          KeySpec.SYMMETRIC_DEFAULT);
                  return ids.put(key, made);
                } catch (AlreadyExistsException e) {
                  return null; // another process was first: its key is as good
                }
              });
    }
  }

  private static void notIdentity(String key) {
    if (KeyNames.check(key).equals(IDENTITY)) {
      throw new KmsException("'" + IDENTITY + "' names what signs", null);
    }
  }

  @Override
  public byte[] wrap(String key, byte[] dataKey, byte[] aad) {
    return asking(
        "wrap under " + key + " with",
        key,
        () ->
            client
                .encrypt(
                    r ->
                        r.keyId(id(key))
                            .encryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                            .encryptionContext(context(aad))
                            .plaintext(SdkBytes.fromByteArray(dataKey)))
                .ciphertextBlob()
                .asByteArray());
  }

  @Override
  public byte[] unwrap(String key, byte[] wrapped, byte[] aad) {
    return asking(
        "unwrap under " + key + " with",
        key,
        () ->
            client
                .decrypt(
                    r ->
                        // Named, or AWS would take any key the blob names.
                        r.keyId(id(key))
                            .encryptionAlgorithm(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)
                            .encryptionContext(context(aad))
                            .ciphertextBlob(SdkBytes.fromByteArray(wrapped)))
                .plaintext()
                .asByteArray());
  }

  private String id(String key) {
    return ids.getOrDefault(key, alias(place, key));
  }

  private static Map<String, String> context(byte[] aad) {
    return Map.of(CONTEXT, Base64.getEncoder().encodeToString(aad));
  }

  @Override
  public Standing standing(String key) {
    return asking(
        "ask for " + key + " in",
        key,
        () -> {
          var metadata = described(client, id(key));
          if (metadata == null) {
            ids.remove(key);
            return Standing.ABSENT;
          }
          return switch (metadata.keyState()) {
            case ENABLED -> {
              ids.put(key, metadata.keyId());
              yield Standing.USABLE;
            }
            case DISABLED, PENDING_DELETION, PENDING_REPLICA_DELETION -> Standing.SCHEDULED;
            default ->
                throw new KmsException(
                    "key " + key + " of " + place + " is " + metadata.keyStateAsString(), null);
          };
        });
  }

  @Override
  public List<String> keys() {
    var prefix = "alias/" + place.name() + "/";
    return asking(
        "list the keys of",
        IDENTITY,
        () ->
            client.listAliasesPaginator().aliases().stream()
                .map(AliasListEntry::aliasName)
                .filter(alias -> alias.startsWith(prefix))
                .map(alias -> alias.substring(prefix.length()))
                .filter(key -> !key.equals(IDENTITY))
                .sorted()
                .toList());
  }

  @Override
  public Standing destroy(String key) {
    notIdentity(key);
    return asking(
        "destroy " + key + " in",
        key,
        () -> {
          var metadata = described(client, id(key));
          if (metadata == null) {
            throw KeyNames.absent(key, place.toString());
          }
          ids.remove(key);
          if (metadata.deletionDate() == null) {
            client.scheduleKeyDeletion(
                r -> r.keyId(metadata.keyId()).pendingWindowInDays(place.waitDays()));
          }
          return Standing.SCHEDULED;
        });
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      // A digest: AWS takes messages of 4,096 bytes at most.
      var digest = MessageDigest.getInstance("SHA-256").digest(message);
      return asking(
          "sign with",
          IDENTITY,
          () ->
              client
                  .sign(
                      r ->
                          r.keyId(alias(place, IDENTITY))
                              .messageType(MessageType.DIGEST)
                              .signingAlgorithm(SigningAlgorithmSpec.ECDSA_SHA_256)
                              .message(SdkBytes.fromByteArray(digest)))
                  .signature()
                  .asByteArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private <T> T asking(String what, String key, Supplier<T> call) {
    try {
      return call.get();
    } catch (SdkException e) {
      ids.remove(key);
      throw failed(what, place, e);
    }
  }

  /** AWS names the key, the caller and the reason; it never names a secret. */
  private static KmsException failed(String what, Place place, SdkException e) {
    var why =
        e instanceof AwsServiceException service && service.awsErrorDetails() != null
            ? service.awsErrorDetails().errorCode()
                + ": "
                + service.awsErrorDetails().errorMessage()
            : e.getMessage();
    return new KmsException("cannot " + what + " " + place + ": " + why, e);
  }

  @Override
  public IdentityKey identity() {
    return identity;
  }

  @Override
  public String name() {
    return place.toString();
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return "[key]";
  }
}
