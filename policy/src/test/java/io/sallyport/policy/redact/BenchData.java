package io.sallyport.policy.redact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** What the benchmarks redact: machine-made searchsets of one seed, and examples. */
final class BenchData {
  private static final String TERMS = "http://terminology.hl7.org/CodeSystem/";

  private BenchData() {}

  static byte[] of(String name) {
    return switch (name) {
      case "bundle-1m" -> bundle(1_000_000).getBytes(StandardCharsets.UTF_8);
      case "bundle-100k" -> bundle(100_000).getBytes(StandardCharsets.UTF_8);
      case "patient-2k" -> patient(new Random(1), 1).getBytes(StandardCharsets.UTF_8);
      default -> name.contains("/") && Files.exists(Path.of(name)) ? file(name) : example(name);
    };
  }

  /** The files of a directory, in order, or the one of a name. */
  static List<byte[]> all(String name) {
    if (!name.contains("/") || !Files.isDirectory(Path.of(name))) {
      return List.of(of(name));
    }
    try (Stream<Path> files = Files.list(Path.of(name))) {
      return files
          .map(Path::toString)
          .filter(f -> f.endsWith(".json"))
          .sorted()
          .map(BenchData::file)
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] file(String name) {
    try {
      return Files.readAllBytes(Path.of(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] example(String name) {
    try (InputStream in =
        BenchData.class.getClassLoader().getResourceAsStream("json/spec/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A searchset of observations, one patient among sixteen of them, until it has the size. */
  private static String bundle(int bytes) {
    Random random = new Random(42);
    StringBuilder bundle =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[");
    for (int i = 0; bundle.length() < bytes; i++) {
      String resource = i % 16 == 0 ? patient(random, i) : observation(random, i);
      String type = i % 16 == 0 ? "Patient" : "Observation";
      bundle
          .append(i == 0 ? "" : ",")
          .append("{\"fullUrl\":\"http://ehr.internal/fhir/" + type + "/" + id(i) + "\",")
          .append("\"resource\":" + resource + ",\"search\":{\"mode\":\"match\"}}");
    }
    return bundle.append("]}").toString();
  }

  private static String id(int i) {
    return String.format(Locale.ROOT, "%08x-4d2a-9c31-%012x", i * 2654435761L & 0xffffffffL, i);
  }

  private static String coding(String system, String code, String display) {
    return "{\"system\":\""
        + system
        + "\",\"code\":\""
        + code
        + "\",\"display\":\""
        + display
        + "\"}";
  }

  private static String observation(Random random, int i) {
    String patient = id(i / 16 * 16);
    return "{\"resourceType\":\"Observation\",\"id\":\""
        + id(i)
        + "\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"2024-03-05T10:15:30.123+00:00\",\"profile\":"
        + "[\"http://hl7.org/fhir/us/core/StructureDefinition/us-core-vital-signs\"]},"
        + "\"identifier\":[{\"system\":\"urn:oid:1.2.840.113619\",\"value\":\"acc-"
        + random.nextInt(1_000_000)
        + "\"}],"
        + "\"status\":\"final\",\"category\":[{\"coding\":["
        + coding(TERMS + "observation-category", "vital-signs", "Vital Signs")
        + "],\"text\":\"Vital signs\"}],\"code\":{\"coding\":["
        + coding("http://loinc.org", "85354-9", "Blood pressure panel with all children optional")
        + "],\"text\":\"Blood pressure systolic and diastolic\"},\"subject\":{\"reference\":\"Patient/"
        + patient
        + "\",\"display\":\"Mr. Demo Person\"},\"encounter\":{\"reference\":\"Encounter/e-"
        + random.nextInt(100_000)
        + "\"},\"effectiveDateTime\":\"2024-03-05T10:15:00+00:00\",\"issued\":\"2024-03-05T10:15:30.123+00:00\","
        + "\"performer\":[{\"reference\":\"Practitioner/pr-"
        + random.nextInt(500)
        + "\",\"display\":\"Dr. Demo\"}],"
        + "\"note\":[{\"text\":\"Measured sitting, left arm.\"}],\"component\":["
        + component("8480-6", "Systolic blood pressure", 90 + random.nextInt(80))
        + ","
        + component("8462-4", "Diastolic blood pressure", 50 + random.nextInt(50))
        + "]}";
  }

  private static String component(String code, String display, int value) {
    return "{\"code\":{\"coding\":["
        + coding("http://loinc.org", code, display)
        + "],\"text\":\""
        + display
        + "\"},\"valueQuantity\":{\"value\":"
        + value
        + "."
        + value % 10
        + ",\"unit\":\"mmHg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mm[Hg]\"}}";
  }

  private static String patient(Random random, int i) {
    String race = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
    return "{\"resourceType\":\"Patient\",\"id\":\""
        + id(i)
        + "\",\"meta\":{\"versionId\":\"3\",\"lastUpdated\":\"2024-01-05T10:15:30.123+00:00\"},\"text\":{\"status\":\"generated\","
        + "\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p>Demo Person, born 1970-01-01</p></div>\"},\"extension\":["
        + "{\"url\":\""
        + race
        + "\",\"extension\":[{\"url\":\"ombCategory\",\"valueCoding\":"
        + coding("urn:oid:2.16.840.1.113883.6.238", "2106-3", "White")
        + "},{\"url\":\"text\",\"valueString\":\"White\"}]},{\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-birthPlace\","
        + "\"valueAddress\":{\"city\":\"Worcester\",\"state\":\"Massachusetts\",\"country\":\"US\"}}],\"identifier\":[{\"type\":{\"coding\":["
        + coding(TERMS + "v2-0203", "MR", "Medical Record Number")
        + "]},\"system\":\"http://hospital.example\",\"value\":\""
        + random.nextInt(1_000_000)
        + "\"},{\"type\":{\"coding\":["
        + coding(TERMS + "v2-0203", "SS", "Social Security Number")
        + "]},\"system\":\"http://hl7.org/fhir/sid/us-ssn\",\"value\":\"999-"
        + (10 + random.nextInt(80))
        + "-"
        + (1000 + random.nextInt(8000))
        + "\"}],\"active\":true,\"name\":[{\"use\":\"official\",\"family\":\"Person"
        + random.nextInt(1000)
        + "\",\"given\":[\"Demo\",\"Middle\"],\"prefix\":[\"Mr.\"]}],"
        + "\"telecom\":[{\"system\":\"phone\",\"value\":\"555-"
        + (100 + random.nextInt(800))
        + "-1234\",\"use\":\"home\"}],\"gender\":\"male\",\"birthDate\":\"1970-01-01\","
        + "\"address\":[{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/geolocation\",\"extension\":[{\"url\":\"latitude\",\"valueDecimal\":42.1"
        + random.nextInt(1000)
        + "},{\"url\":\"longitude\",\"valueDecimal\":-71.8}]}],\"line\":[\""
        + random.nextInt(1000)
        + " Demo Street\"],\"city\":\"Worcester\","
        + "\"state\":\"Massachusetts\",\"postalCode\":\"01605\",\"country\":\"US\"}],\"maritalStatus\":{\"coding\":["
        + coding(TERMS + "v3-MaritalStatus", "M", "M")
        + "],\"text\":\"M\"},\"multipleBirthBoolean\":false,\"communication\":[{\"language\":{\"coding\":["
        + coding("urn:ietf:bcp:47", "en-US", "English")
        + "],\"text\":\"English\"}}]}";
  }
}
