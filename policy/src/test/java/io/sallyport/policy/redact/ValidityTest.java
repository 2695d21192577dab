package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import io.sallyport.policy.PolicySet;
import io.sallyport.policy.TestKey;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What HAPI's validator found right stays right when optional elements are taken out. */
@Tag("real")
class ValidityTest {
  private static final int EXAMPLES = 150;
  private static final Path POLICIES =
      Path.of(System.getProperty("sallyport.root", ".."), "config-samples", "policies");

  /** Of how many examples the sample roles are shown what they see, outside the long profile. */
  private static final int SEEN = 100;

  /** A profile that a resource claims may require what its type does not. */
  private static final Pattern PROFILE =
      Pattern.compile("from http://hl7.org/fhir/StructureDefinition/[a-z]");

  private static final Pattern RULE =
      Pattern.compile("Constraint failed: ([a-z]+-[0-9a-z]+):|\\((dom-3)\\)$");

  /** Any rule but those of all elements and of all extensions. */
  private static final Pattern TIED = Pattern.compile("Constraint failed: (?!ele-1|ext-1)");

  /** Rules that tie elements which need not be there, so that hiding one of them may break them. */
  private static final Map<String, String> TIES =
      Map.of(
          "pat-1", "a contact has a name, a telecom, an address or an organization",
          "obs-6", "a dataAbsentReason says that there is no value",
          "con-3", "a clinical status that is required of a problem",
          "con-5", "a clinical status that must not be there",
          "dom-3", "a contained resource is referred to",
          "app-3", "the times of an appointment that is booked",
          "vs-2", "a vital sign has a value or a reason for none: its profile's rule");

  private final Map<String, Integer> exceptions = new TreeMap<>();

  private final FhirValidator validator = validator();

  @Test
  void whatWasValidStaysValid() throws IOException {
    long seed = Seed.draw(ValidityTest.class);
    Random random = new Random(seed);
    List<Example> examples = new ArrayList<>(Examples.published());
    examples.addAll(Examples.shared());
    // What takes minutes to validate is left.
    examples.removeIf(example -> example.json().length > 20_000);
    // The validator itself fails on a list of nothing but null.
    examples.removeIf(example -> example.name().contains("complete-absent"));
    Collections.shuffle(examples, random);
    int valid = 0;
    for (Example example : examples) {
      Obj tree = (Obj) Tree.parse(example.json());
      String type = tree.text("resourceType");
      if (!clinical(type) || !errors(example.json()).isEmpty()) {
        continue;
      }
      List<String> optional = optional(tree, type);
      Collections.shuffle(optional, random);
      List<String> hidden = optional.subList(0, Math.min(optional.size(), 1 + random.nextInt(4)));
      Views views = Views.role();
      Fhir.r4().resources().forEach(each -> views.all(each));
      View view = views.all(type, hidden.toArray(new String[0])).compile();
      for (Layer layer : Layer.values()) {
        byte[] out =
            Views.bytes(Views.redact(new Redactor(Limits.DEFAULT), view, layer, example.json()));
        // What is hidden here is drawn: any rule that ties elements may break by it.
        assertThat(errors(out))
            .as("%s without %s, %s, seed %d", example, hidden, layer, seed)
            .allMatch(error -> TIED.matcher(error).find());
      }
      if (++valid == EXAMPLES) {
        return;
      }
    }
    assertThat(valid).isEqualTo(EXAMPLES);
  }

  /** Every role of every sample, over what it is released. */
  @Test
  void whatTheSampleRolesAreShownStaysValid() throws IOException {
    seen(SEEN, Examples.published());
  }

  @Test
  @Tag("long")
  void whatTheSampleRolesAreShownOfEveryExampleStaysValid() throws IOException {
    List<Example> all = new ArrayList<>(Examples.published());
    all.addAll(Examples.shared());
    seen(all.size(), all);
  }

  private void seen(int most, List<Example> all) throws IOException {
    long seed = Seed.draw(ValidityTest.class);
    Map<String, View> roles = roles();
    List<Example> examples = new ArrayList<>(all);
    examples.removeIf(example -> example.json().length > 20_000);
    examples.removeIf(example -> example.name().contains("complete-absent"));
    Collections.shuffle(examples, new Random(seed));
    Redactor redactor = new Redactor(Limits.DEFAULT);
    List<String> found = new ArrayList<>();
    int valid = 0;
    int invalid = 0;
    int withheld = 0;
    int shown = 0;
    for (Example example : examples) {
      String type = ((Obj) Tree.parse(example.json())).text("resourceType");
      // What only the roles that see everything are shown says nothing here.
      long of = roles.values().stream().filter(v -> v.shows(type) && !v.whole(type)).count();
      if (of == 0) {
        continue;
      }
      if (!errors(example.json()).isEmpty()) {
        invalid++;
        continue;
      }
      Set<String> outputs = new HashSet<>();
      for (Map.Entry<String, View> role : roles.entrySet()) {
        if (!role.getValue().shows(type)) {
          continue;
        }
        Redacted redacted = Views.redact(redactor, role.getValue(), Layer.EXCHANGE, example.json());
        if (redacted.facts().get(0).stripped()) {
          withheld++;
          continue;
        }
        shown++;
        byte[] out = Views.bytes(redacted);
        if (outputs.add(new String(out, StandardCharsets.UTF_8))) {
          for (String error : errors(out)) {
            found.add(error + " [" + example + " as " + role.getKey() + ", seed " + seed + "]");
          }
        }
      }
      if (++valid == most) {
        break;
      }
    }
    System.out.println(
        "ValidityTest: "
            + valid
            + " valid examples seen by "
            + roles.size()
            + " roles, "
            + shown
            + " answers, "
            + withheld
            + " withheld; "
            + invalid
            + " skipped, not valid themselves; excepted "
            + exceptions);
    assertThat(found).isEmpty();
    assertThat(valid).isGreaterThanOrEqualTo(SEEN);
    assertThat(shown).isGreaterThan(valid);
  }

  private static Map<String, View> roles() throws IOException {
    Map<String, View> roles = new TreeMap<>();
    try (Stream<Path> files = Files.list(POLICIES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        PolicySet policy =
            PolicySet.read(
                file.getFileName().toString(),
                Files.readString(file),
                ValidityTest::beside,
                TestKey::of,
                problem -> {});
        policy
            .roles()
            .forEach(role -> roles.put(file.getFileName() + "/" + role, policy.view(role)));
      }
    }
    assertThat(roles).hasSizeGreaterThan(12);
    return roles;
  }

  private static String beside(String name) {
    try {
      return Files.readString(POLICIES.resolve(name));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /** About a patient. For definitions the validator has rules of its own that tie elements. */
  private static boolean clinical(String type) {
    return type.equals("Patient")
        || Stream.of("subject", "patient", "beneficiary")
            .anyMatch(name -> Fhir.r4().find(type, name) != null);
  }

  /**
   * The elements it has that it need not have. Without contained resources, references would lead
   * nowhere.
   */
  private static List<String> optional(Obj resource, String type) {
    List<String> optional = new ArrayList<>();
    resource
        .members()
        .forEach(
            member -> {
              Fhir.Found found = Fhir.r4().find(type, member.key());
              if (found != null
                  && !found.element().required()
                  && !found.underscore()
                  && !member.key().equals("contained")) {
                optional.add(found.element().name());
              }
            });
    return optional;
  }

  /**
   * The errors of structure, types and required elements, and of rules; those that hiding may cause
   * by right are counted under their names.
   */
  private List<String> errors(byte[] json) {
    List<String> errors = new ArrayList<>();
    for (SingleValidationMessage message :
        validator.validateWithResult(new String(json, StandardCharsets.UTF_8)).getMessages()) {
      if (message.getSeverity().compareTo(ResultSeverityEnum.ERROR) < 0) {
        continue;
      }
      String text = message.getMessage();
      String excepted = excepted(text);
      if (excepted == null) {
        errors.add(message.getLocationString() + ": " + text);
      } else {
        exceptions.merge(excepted, 1, Integer::sum);
      }
    }
    return errors;
  }

  /** The name of the exception that an error is; null when it is none. */
  private static String excepted(String text) {
    if (PROFILE.matcher(text).find()) {
      return "profile";
    }
    Matcher rule = RULE.matcher(text);
    if (!rule.find()) {
      return null;
    }
    String name = rule.group(1) == null ? rule.group(2) : rule.group(1);
    return TIES.containsKey(name) ? name : null;
  }

  private static FhirValidator validator() {
    FhirContext context = FhirContext.forR4Cached();
    FhirInstanceValidator module =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context)));
    module.setNoTerminologyChecks(true);
    module.setErrorForUnknownProfiles(false);
    return context.newValidator().registerValidatorModule(module);
  }
}
