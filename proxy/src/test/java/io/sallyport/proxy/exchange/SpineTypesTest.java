package io.sallyport.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wrong order does not compile: shown by compiling it. */
class SpineTypesTest {
  @TempDir java.nio.file.Path out;

  @Test
  void theRightOrderCompiles() {
    assertThat(compile("up.send(x, recorded);")).isEmpty();
  }

  @Test
  void forwardingAnUnrecordedPermitDoesNotCompile() {
    assertThat(compile("up.send(x, permit);")).contains("incompatible types");
  }

  @Test
  void forwardingARecordedDenyDoesNotCompile() {
    assertThat(compile("up.send(x, denied);")).contains("incompatible types");
  }

  @Test
  void nobodyButTheJournalMakesARecord() {
    assertThat(compile("new Recorded<>(permit, 1);")).contains("not public");
  }

  @Test
  void nobodyButTheRedactorMakesRedacted() {
    assertThat(compile("new Redacted(1, sink -> {}, null, null, 0);")).contains("not public");
  }

  @Test
  void aDisclosureOfBytesThatWereNotRedactedDoesNotCompile() {
    assertThat(compile("new Answer.Disclosure(null, null, new byte[0], 1, true, null);"))
        .contains("incompatible types");
  }

  @Test
  void nobodyButTheSpineResponds() {
    assertThat(compile("spine.respond(x, null);")).contains("private access");
  }

  @Test
  void noOtherKindOfAnswerExists() {
    assertThat(compile("final class Raw implements Answer {}")).contains("sealed");
  }

  private String compile(String statement) {
    String source =
        """
        import io.sallyport.policy.Decision;
        import io.sallyport.policy.redact.Redacted;
        import io.sallyport.proxy.exchange.*;
        import io.sallyport.proxy.journal.Recorded;
        class Probe {
          void probe(Upstream up, Exchange x, Decision.Permit permit,
              Recorded<Decision.Permit> recorded, Recorded<Decision.Deny> denied,
              EnforcementPoint spine) {
            %s
          }
        }
        """
            .formatted(statement);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    compiler
        .getTask(
            errors,
            null,
            null,
            List.of(
                "-d", out.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
            null,
            List.of(
                new SimpleJavaFileObject(
                    URI.create("string:///Probe.java"), javax.tools.JavaFileObject.Kind.SOURCE) {
                  @Override
                  public CharSequence getCharContent(boolean ignore) {
                    return source;
                  }
                }))
        .call();
    return errors.toString();
  }
}
