package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples that differ and fields that went are found, and nothing else. */
final class FormatRulesTest {
    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::toString).toList();
    }

    @Nested
    class HexExamples {
        private static final Map<String, String> GOLDEN = Map.of("a.hex", "0000 01 02 ff\n", "b.hex", "0000 aa\n");
        private static final String GOOD = "Of `a.hex`:\n\n```\n0000 01 02 ff\n```\n\nand `b.hex`\n```\n0000 aa\n```\n";

        private List<String> findings(String page) {
            return texts(FormatRules.examples(new SourceFile("docs/formats.md", page), GOLDEN));
        }

        @Test
        void thatAreGoldenPass() {
            assertThat(findings(GOOD + "It ends in `02 ff`.\n")).isEmpty();
        }

        @Test
        void thatDifferAreFound() {
            assertThat(findings(GOOD.replace("01 02", "01 03")))
                    .contains("docs/formats.md:3: the example differs from golden file a.hex");
            assertThat(findings(GOOD.replace("0000 aa", "0000 aa bb")))
                    .contains("docs/formats.md:8: the example differs from golden file b.hex");
            assertThat(findings(GOOD + "It ends in `02 fe`.\n"))
                    .containsExactly("docs/formats.md:11: no golden file has the bytes 02 fe");
        }

        @Test
        void nameTheirFileAndShowAll() {
            assertThat(findings(GOOD.replace("`b.hex`", "b")))
                    .containsExactly(
                            "docs/formats.md:8: a hex example must name its golden file in the text before it",
                            "docs/formats.md: golden file is not shown: b.hex");
            assertThat(findings("Nothing.\n")).hasSize(2);
        }
    }

    @Nested
    class StoredFields {
        private static final String GOOD = """
            // Old: string b = 2;
            package p.v1;
            option java_multiple_files = true;
            message M {
              string a = 1; /* int32 z = 7; */
              reserved 2, 5 to 6;
              oneof kind {
                Inner c = 3;
                fixed64 d = 4 [deprecated = true];
              }
              repeated uint32 e = 7;
              map<string, int32> f = 8;
              reserved "b";
              message Inner {}
            }
            enum E {
              E_UNSPECIFIED = 0;
              E_ONE = 1;
            }
            """;
        private static final String RECORDED = """
            # Comment.
            p.v1.E 0 E_UNSPECIFIED
            p.v1.E 1 E_ONE
            p.v1.M 1 string a
            p.v1.M 2 string b
            p.v1.M 3 Inner c
            p.v1.M 4 fixed64 d
            p.v1.M 7 repeated uint32 e
            p.v1.M 8 map<string, int32> f
            """;

        private static SourceFile proto(String text) {
            return new SourceFile("proto/src/main/proto/titan/durable/v1/m.proto", text);
        }

        private List<String> recorded(String text) {
            return texts(DurableRules.record(List.of(proto(text)), new SourceFile("fields.txt", RECORDED)));
        }

        @Test
        void thatAreAllThereOrReservedPass() {
            assertThat(DurableRules.gaps(proto(GOOD))).isEmpty();
            assertThat(recorded(GOOD)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "string a = 1;",
                    "reserved 2, 5 to 6;",
                    "Inner c = 3;",
                    "repeated uint32 e = 7;",
                    "E_UNSPECIFIED = 0;"
                })
        void leaveNoGapWhenRemoved(String removed) {
            assertThat(DurableRules.gaps(proto(GOOD.replace(removed, "")))).isNotEmpty();
        }

        @Test
        void stayRecorded() {
            assertThat(recorded(GOOD.replace("map<string, int32> f = 8;", "")))
                    .containsExactly(
                            "fields.txt: was stored once, but is not there nor reserved: p.v1.M 8 map<string, int32>"
                                    + " f");
            assertThat(recorded(GOOD.replace("map<string, int32> f = 8;", "reserved 8 to max;")))
                    .isEmpty();
            assertThat(recorded(GOOD.replace("string a = 1;", "bytes x = 1;")))
                    .containsExactly(
                            "fields.txt: was stored once, but is not there nor reserved: p.v1.M 1 string a",
                            "fields.txt: new, add the line: p.v1.M 1 bytes x");
            assertThat(recorded(GOOD.replace("E_ONE = 1;", ""))).hasSize(1);
        }

        @Test
        void areThoseOfDurableFolders() {
            assertThat(DurableRules.isDurable(proto(""))).isTrue();
            assertThat(DurableRules.isDurable(new SourceFile("proto/src/main/proto/titan/kv/v1/kv.proto", "")))
                    .isFalse();
        }

        @Test
        void areNotGuessedFromWhatIsNotKnown() {
            assertThatThrownBy(() -> DurableRules.gaps(proto("message M { group G = 1 { } }")))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> DurableRules.gaps(proto("message M { extensions 4 to 5; }")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
