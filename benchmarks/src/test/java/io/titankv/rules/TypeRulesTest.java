package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Untested types and wrong words are found, and nothing else. */
final class TypeRulesTest {
    private static SourceFile main(String text) {
        return new SourceFile("engine/src/main/java/io/titankv/engine/Example.java", text);
    }

    @Nested
    class PublicTypes {
        private Map<String, String> untested(String test, String declaration) {
            return TypeRules.untested(List.of(
                    main("package a;\n" + declaration + " {}\n"),
                    new SourceFile("engine/src/test/java/a/OtherTest.java", test)));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "public final class Example",
                    "public sealed interface Example",
                    "public record Example(int a)",
                    "public enum Example",
                    "public @interface Example"
                })
        void withoutATestAreFound(String declaration) {
            assertThat(untested("// Example\nclass OtherTest { String s = \"Example\"; Examples e; }", declaration))
                    .hasSize(1);
            assertThat(untested("class OtherTest { Example e; }", declaration)).isEmpty();
        }

        @Test
        void mayHaveATestOfTheirName() {
            assertThat(untested("class ExampleTest {}", "public class Example")).isEmpty();
            assertThat(untested("class ExampleIT {}", "public class Example")).isEmpty();
        }

        @Test
        void areNotThoseOfAPackage() {
            assertThat(untested("", "final class Example")).isEmpty();
        }
    }

    @Nested
    class TheGlossary {
        private static final String PAGE = """
            | term | meaning here | type or file | not |
            |---|---|---|---|
            | **ring** | circle | `HashRing` | hash, delete marker |
            | **record** | a key | `Record` | entry (that is the keydir's), row |
            | **term, index** | of Raft | `Term` | epoch; garbage |
            | **epoch** | version of the ring | `Epoch` | term |
            """;

        private Map<String, String> wrong(String text) {
            return TypeRules.wrongWords(main(text), PAGE);
        }

        @Test
        void namesWhatThingsAreNotCalled() {
            assertThat(TypeRules.wordsNotUsed(PAGE).keySet())
                    .containsExactlyInAnyOrder(
                            List.of("hash"), List.of("delete", "marker"), List.of("row"), List.of("garbage"));
        }

        @Test
        void isHeldAgainstEveryTypeName() {
            assertThat(wrong(
                            "class RowCount { record Inner() {} enum GarbageKind {} interface DeleteMarkerFormat {} }"))
                    .containsOnlyKeys("RowCount", "GarbageKind", "DeleteMarkerFormat");
        }

        @Test
        void letsPassWholeWordsAndTypesThatItNames() {
            assertThat(wrong(
                            "class HashRing {} class Rows {} class Brow {} class EntryPosition {} class EpochFence {}"))
                    .isEmpty();
        }
    }
}
