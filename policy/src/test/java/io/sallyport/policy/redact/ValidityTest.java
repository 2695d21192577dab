package io.sallyport.policy.redact;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import io.sallyport.policy.redact.Examples.Example;
import io.sallyport.policy.redact.Redactor.Layer;
import io.sallyport.policy.redact.naive.Fhir;
import io.sallyport.policy.redact.naive.Tree;
import io.sallyport.policy.redact.naive.Tree.Obj;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
        assertThat(errors(out))
            .as("%s without %s, %s, seed %d", example, hidden, layer, seed)
            .isEmpty();
      }
      if (++valid == EXAMPLES) {
        return;
      }
    }
    assertThat(valid).isEqualTo(EXAMPLES);
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
   * The errors of structure, types and required elements. Invariants that tie two optional elements
   * together ("a contact has a name or an address") can be broken by hiding one; those of all
   * elements and extensions cannot. A profile may require what its type does not.
   */
  private List<String> errors(byte[] json) {
    return validator
        .validateWithResult(new String(json, StandardCharsets.UTF_8))
        .getMessages()
        .stream()
        .filter(message -> message.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0)
        .map(SingleValidationMessage::getMessage)
        .filter(text -> !text.matches(".*from http://hl7.org/fhir/StructureDefinition/[a-z].*"))
        .filter(text -> !text.contains("(dom-3)"))
        .filter(
            text -> !text.contains("Constraint failed") || text.matches(".*\\b(ele|ext)-1\\b.*"))
        .toList();
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
