package io.sallyport.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sallyport.policy.Problem;
import io.sallyport.proxy.journal.Durability;
import io.sallyport.proxy.journal.EventClass;
import io.sallyport.proxy.journal.JournalLimits;
import io.sallyport.proxy.journal.RetentionClass;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  private static final String GOOD =
      """
      sallyport: 1
      listeners:
        - {address: 0.0.0.0, port: 8443, hosts: [fhir.hospital.example], tls: {certificate: file:tls/chain.pem, key: file:tls/key.pem, profile: intermediate, client-certificates: none}}
      admin: {address: 127.0.0.1, port: 9443}
      issuers:
        - {issuer: https://idp/realms/hospital, audience: [https://fhir.hospital.example], algorithms: [RS256, PS256, ES256], profile: keycloak}
      routes:
        - {path: /fhir, kind: fhir, version: R4, policy: policy.yaml, upstream: ehr}
      upstreams:
        ehr: {base: https://ehr.internal/fhir, connections: 64, credentials: env:EHR_TOKEN, plaintext: false}
      journal: {dir: /var/lib/sallyport/journal, key: pkcs12:keys.p12, password: env:KEYS, durability: {read: process, write: disk}}
      siem: []
      limits: {}
      keys: {irb-117: env:IRB_117, registry: file:keys/registry}
      notifications: {privacy-office: {url: https://alerts/hook, key: env:HOOK}}
      """;

  private final List<Problem> problems = new ArrayList<>();

  private Config read(String text) {
    problems.clear();
    return ConfigReader.read(Path.of("s.yaml"), text, problems::add);
  }

  @Test
  void theContractIsRead() {
    Config config = read(GOOD);
    assertThat(problems).isEmpty();
    Path here = Path.of("").toAbsolutePath();
    assertThat(config.listeners().get(0).tls().key().value())
        .isEqualTo(here.resolve("tls/key.pem"));
    assertThat(config.journal().dir().value()).isEqualTo(Path.of("/var/lib/sallyport/journal"));
    assertThat(config.issuers().get(0).profile()).isEqualTo("keycloak");
    assertThat(config.upstreams().get("ehr").connections()).isEqualTo(64);
    assertThat(config.keys().keySet()).containsExactly("irb-117", "registry");
    assertThat(config.keys().get("registry").value())
        .isEqualTo(new Secret.InFile(here.resolve("keys/registry")));
    assertThat(config.notifications().get("privacy-office").url().value())
        .hasToString("https://alerts/hook");
    assertThat(config.limits()).isEqualTo(Config.Limits.DEFAULT);
    assertThat(config.log().level()).isEqualTo("info");
  }

  /** One replacement in the good file; where the complaint stands, and its code. */
  @ParameterizedTest(name = "{0} becomes {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sallyport: 1            | sallyport: 2             | s.yaml:1:12 | E-NUMBER
          sallyport: 1            | sallyport: !!int 1       | s.yaml:1:12 | E-YAML
          siem: []                | siem: !x []              | s.yaml:12:7 | E-YAML
          port: 8443              | port: 70000              | s.yaml:3:30 | E-NUMBER
          hosts:                  | hots:                    | s.yaml:3:36 | E-KEY
          file:tls/key.pem        | tls/key.pem              | s.yaml:3:112 | E-FILE
          profile: intermediate   | profile: old             | s.yaml:3:139 | E-VALUE
          certificates: none      | certificates: required   | s.yaml:3:174 | E-UNBUILT
          address: 127.0.0.1      | address: 10.0.0.1        | s.yaml:4:18 | E-UNBUILT
          https://idp/            | http://idp/              | s.yaml:6:14 | E-PLAINTEXT
          RS256                   | HS256                    | s.yaml:6:98 | E-VALUE
          kind: fhir              | kind: hl7v2              | s.yaml:8:25 | E-VALUE
          version: R4             | version: R5              | s.yaml:8:40 | E-VALUE
          upstream: ehr           | upstream: her            | s.yaml:8:75 | E-NAME
          path: /fhir             | path: /fhir/             | s.yaml:8:12 | E-VALUE
          https://ehr.internal    | http://ehr.internal      | s.yaml:10:15 | E-PLAINTEXT
          https://ehr.internal    | https://u@ehr.internal   | s.yaml:10:15 | E-URL
          env:EHR_TOKEN           | hunter2                  | s.yaml:10:72 | E-SECRET
          env:IRB_117             | hunter2                  | s.yaml:14:17 | E-SECRET
          plaintext: false        | plaintext: yes           | s.yaml:10:98 | E-VALUE
          pkcs12:keys.p12         | azure:token              | s.yaml:11:49 | E-KEY-STORE
          'password: env:KEYS, '  | ''                       | s.yaml:11:10 | E-MISSING
          'read: process'         | 'read: never'            | s.yaml:11:105 | E-VALUE
          'write: disk'           | 'write: process'         | s.yaml:11:121 | E-DURABILITY
          'write: disk'           | 'failed-login: process'  | s.yaml:11:128 | E-DURABILITY
          'write: disk'           | 'exports: disk'          | s.yaml:11:114 | E-KEY
          'password: env:KEYS,'   | 'password: env:KEYS, file-size: 1KiB,' | s.yaml:11:97 | E-SIZE
          'write: disk}}'         | 'write: disk}, retention: {access: 5y}}' | s.yaml:11:148 | E-RETENTION
          'write: disk}}'         | 'write: disk}, retention: {access: P5Y11M31D}}' | s.yaml:11:148 | E-RETENTION
          'write: disk}}'         | 'write: disk}, retention: {security: ever}}' | s.yaml:11:150 | E-RETENTION
          'write: disk}}'         | 'write: disk}, retention: {reads: 6y}}' | s.yaml:11:140 | E-KEY
          'write: disk}}'         | 'write: disk}, retention: {approvers: [jane]}}' | s.yaml:11:151 | E-APPROVER
          siem: []                | siem: [cef]              | s.yaml:12:8 | E-TYPE
          siem: []                | siem: [{name: A, to: "syslog+tls://h"}] | s.yaml:12:15 | E-NAME
          siem: []                | siem: [{name: a, to: "syslog://h"}] | s.yaml:12:22 | E-URL
          siem: []                | siem: [{name: a, to: "syslog+tls://h:65536"}] | s.yaml:12:22 | E-URL
          siem: []                | siem: [{name: a, to: "syslog+tls://h", format: leef}] | s.yaml:12:48 | E-VALUE
          siem: []                | siem: [{name: a, to: "syslog+tls://h", key: "file:k"}] | s.yaml:12:8 | E-KEY-PAIR
          limits: {}              | limits: {drain: 10}      | s.yaml:13:17 | E-DURATION
          limits: {}              | limits: {head: 10MB}     | s.yaml:13:16 | E-SIZE
          limits: {}              | limits: {drian: 1s}      | s.yaml:13:10 | E-KEY
          limits: {}              | siem: []                 | s.yaml:13:1 | E-YAML
          limits: {}              | limits: {relations: 1}   | s.yaml:13:21 | E-NUMBER
          https://alerts/hook     | http://alerts/hook       | s.yaml:15:39 | E-PLAINTEXT
          https://alerts/hook     | mailto:privacy@alerts    | s.yaml:15:39 | E-URL
          key: env:HOOK           | key: whsec_c2VjcmV0      | s.yaml:15:65 | E-SECRET
          ', key: env:HOOK'       | ''                       | s.yaml:15:33 | E-MISSING
          """)
  void aMistakeIsNamedAtItsPlace(String from, String to, String at, String code) {
    assertThat(GOOD).contains(from);
    assertThat(read(GOOD.replace(from, to))).isNull();
    assertThat(problems)
        .anySatisfy(
            p -> {
              assertThat(p.at()).hasToString(at);
              assertThat(p.code()).isEqualTo(code);
            });
  }

  @Test
  void everyClassMayBeOnTheDiskAndWhatIsNotSaidIsAtItsLeast() {
    String journal =
        "durability: {read: disk, denied: disk, login: disk}, file-size: 64MiB, slow-disk: 200ms, refusals: 5,"
            + " filesystem: any}";
    JournalLimits limits =
        read(GOOD.replace("durability: {read: process, write: disk}}", journal)).journal().limits();
    for (EventClass event : EventClass.values()) {
      assertThat(limits.durability().of(event)).isEqualTo(Durability.DISK);
    }
    assertThat(limits.fileBytes()).isEqualTo(64 << 20);
    assertThat(limits.slowMillis()).isEqualTo(200);
    assertThat(limits.singles()).isEqualTo(5);
    assertThat(limits.anyFilesystem()).isTrue();
    JournalLimits silent = read(GOOD).journal().limits();
    for (EventClass event : EventClass.values()) {
      assertThat(silent.durability().of(event)).isEqualTo(event.least());
    }
    assertThat(silent.durability().of(EventClass.READ)).isEqualTo(Durability.PROCESS);
    assertThat(silent.anyFilesystem()).isFalse();
  }

  private static final String JANE =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  private Config retention(String keys) {
    return read(GOOD.replace("write: disk}}", "write: disk}, retention: {" + keys + "}}"));
  }

  @Test
  void whatIsKeptIsKeptForSixYearsAtLeast() {
    for (RetentionClass retention : RetentionClass.values()) {
      assertThat(read(GOOD).journal().retention().keep())
          .containsEntry(retention, Period.ofYears(6));
    }
    assertThat(retention("access: 10y, security: P6Y6M").journal().retention().keep())
        .containsEntry(RetentionClass.ACCESS, Period.ofYears(10))
        .containsEntry(RetentionClass.SECURITY, Period.of(6, 6, 0))
        .containsEntry(RetentionClass.ADMINISTRATION, Period.ofYears(6));
    assertThat(problems).isEmpty();
    retention("access: 5y");
    assertThat(problems).singleElement().asString().contains("45 CFR 164.316(b)(2)(i)");
  }

  @Test
  void onePersonWhoApprovesIsWarnedOfAndNobodyTwice() {
    Config config = retention("approvers: [\"" + JANE + "\"]");
    assertThat(config.journal().retention().approvers()).containsExactly(JANE);
    assertThat(problems).singleElement().asString().contains("W-APPROVERS");
    assertThat(retention("approvers: [\"" + JANE + "\", \"" + JANE + "\"]")).isNull();
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    read(
        GOOD.replace("port: 8443", "port: x")
            .replace("kind: fhir", "knd: fhir")
            .replace("R4", "R3"));
    assertThat(problems)
        .extracting(Problem::code)
        .contains("E-NUMBER", "E-KEY", "E-MISSING", "E-VALUE");
  }

  @Test
  void aMisspelledKeyIsAskedAbout() {
    read(GOOD.replace("hosts:", "hots:"));
    assertThat(problems.get(0).message()).contains("did you mean 'hosts'");
  }

  @Test
  void aSecretWrittenInIsNotRepeated() {
    read(GOOD.replace("env:EHR_TOKEN", "hunter2"));
    assertThat(problems).hasSize(1);
    assertThat(problems.toString()).doesNotContain("hunter2");
  }

  @Test
  void httpIsForLoopbackOrThoseWhoSaySo() {
    assertThat(read(GOOD.replace("https://ehr.internal", "http://127.0.0.1:8080"))).isNotNull();
    assertThat(read(GOOD.replace("https://ehr.internal", "http://localhost.evil.example")))
        .isNull();
    Config config =
        read(
            GOOD.replace("https://ehr", "http://ehr")
                .replace("plaintext: false", "plaintext: true"));
    assertThat(config.upstreams().get("ehr").plaintext()).isTrue();
  }

  @Test
  void theRecordSystemsOwnOrderIsWarnedOf() {
    assertThat(read(GOOD).routes().get(0).order()).isEqualTo(Config.Order.ID);
    String ordered = GOOD.replace("upstream: ehr}", "upstream: ehr, order: %s}");
    assertThat(read(ordered.formatted("id")).routes().get(0).order()).isEqualTo(Config.Order.ID);
    assertThat(problems).isEmpty();
    assertThat(read(ordered.formatted("upstream")).routes().get(0).order())
        .isEqualTo(Config.Order.UPSTREAM);
    assertThat(problems)
        .singleElement()
        .asString()
        .contains("s.yaml:8:87", "routes[0].order", "W-ORDER");
    assertThat(read(ordered.formatted("date"))).isNull();
  }

  @Test
  void limitsAreRead() {
    Config config = read(GOOD.replace("limits: {}", "limits: {drain: 500ms, resource: 4MiB}"));
    assertThat(config.limits().drain()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.limits().resourceBytesMax()).isEqualTo(4 << 20);
  }

  @Test
  void anchorsAreRefused() {
    assertThat(read("a: &x [1]\nb: *x\n")).isNull();
    assertThat(problems).extracting(p -> p.at().toString()).containsExactly("s.yaml:1:4");
  }

  @Test
  void whatIsNoYamlIsNamedAtItsPlace() {
    assertThat(read("sallyport: [1\n")).isNull();
    assertThat(read("")).isNull();
    assertThat(problems).hasSize(1);
  }
}
