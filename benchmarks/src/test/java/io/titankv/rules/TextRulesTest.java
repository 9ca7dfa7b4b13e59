package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one file may not contain is found, and nothing else. */
final class TextRulesTest {
    private static SourceFile main(String text) {
        return new SourceFile("engine/src/main/java/io/titankv/engine/Example.java", text);
    }

    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::toString).toList();
    }

    @Nested
    class Code {
        @Test
        void isWhatIsNeitherCommentNorLiteral() {
            String text = """
                a("b // \\" {"); // c
                /* d
                " */ e('"', '\\'', '{');
                """;
            assertThat(JavaText.code(text))
                    .doesNotContain("b", "c", "d", "{")
                    .contains("a(\"")
                    .contains("e('");
            assertThat(JavaText.code(text)).hasSameSizeAs(text).hasLineCount(3);
            assertThat(JavaText.withoutComments(text)).contains("b // \\\" {").doesNotContain("c", "d");
        }

        @Test
        void ofATextBlockIsBlank() {
            String text = "x = \"\"\"\n  in \"quotes\" \\\"\"\" still in { // in\n  \"\"\"; out();";
            assertThat(JavaText.code(text)).doesNotContain("in", "{").endsWith("\"\"\"; out();");
        }
    }

    @Nested
    class Leftovers {
        @ParameterizedTest
        @ValueSource(strings = {"// TODO later", "<!-- FIXME -->", "# XXX", "s = \"TODO\";"})
        void areFoundAnywhere(String line) {
            assertThat(texts(TextRules.leftovers(main("first\n" + line + "\n"))))
                    .singleElement()
                    .asString()
                    .startsWith("engine/src/main/java/io/titankv/engine/Example.java:2: leftover ");
        }

        @Test
        void areWholeWords() {
            assertThat(TextRules.leftovers(main("AUTODOC, XXXL, todos"))).isEmpty();
        }
    }

    @Nested
    class Printing {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "System.out.println(1);",
                    "log(System . err);",
                    "e.printStackTrace();",
                    "x(System.out::print);"
                })
        void isFound(String line) {
            assertThat(TextRules.printing(main("\n\n" + line)))
                    .hasValueSatisfying(it -> assertThat(it.line()).isEqualTo(3));
        }

        @Test
        void ofProgramsForPeopleIsLeftAlone() {
            String text = "System.out.println(1);";
            assertThat(TextRules.printing(new SourceFile("admin-cli/src/main/java/A.java", text)))
                    .isEmpty();
            assertThat(TextRules.printing(new SourceFile("benchmarks/src/main/java/A.java", text)))
                    .isEmpty();
            assertThat(TextRules.printing(new SourceFile("benchmarks/src/test/java/A.java", text)))
                    .isPresent();
        }

        @Test
        void inACommentOrALiteralIsNone() {
            assertThat(TextRules.printing(main("// System.out\n\"System.err\" System.outer System.exit(1)")))
                    .isEmpty();
        }
    }

    @Nested
    class Metrics {
        private List<Finding> findings(String line) {
            return TextRules.metricNames(main("import io.micrometer.core.instrument.Counter;\n" + line));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Counter.builder(\"titan_gateway_forwards\")",
                    "Gauge.builder(\"titan_shard_fsync_millis\", x)",
                    "Timer\n    .builder(\"gateway_request_seconds\")",
                    "registry.counter(\"titan_retries\")",
                    "String NAME = \"titan_merge_dead\";",
                    "Counter.builder(\"titan_Merge_bytes\")",
                    "Counter.builder(\"titan_total\")"
                })
        void withoutSubjectOrUnitAreFound(String line) {
            assertThat(findings(line)).hasSize(1).allMatch(it -> it.line() >= 2);
        }

        @Test
        void withAUnitPass() {
            assertThat(findings(
                            "Counter.builder(\"titan_merge_dead_bytes\"); Timer.builder(\"titan_shard_fsync_seconds\");"
                                    + "registry.counter(\"titan_gateway_retries_total\"); // was \"titan_retries\""))
                    .isEmpty();
        }

        @Test
        void areLookedForWhereMetersAreMade() {
            assertThat(TextRules.metricNames(main("String PREFIX = \"titan_node\";")))
                    .isEmpty();
        }
    }
}
