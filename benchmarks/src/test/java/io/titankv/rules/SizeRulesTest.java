package io.titankv.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Lengths are counted, and a ratchet turns one way. */
final class SizeRulesTest {
    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::toString).toList();
    }

    @Nested
    class MethodLines {
        private Map<String, Integer> of(String text) {
            return SizeRules.methodLines(new SourceFile("A.java", text));
        }

        @Test
        void goFromTheNameToTheClosingBrace() {
            assertThat(of("""
                package a;
                @Rule({1, 2})
                final class A<T extends B> implements C {
                    private final Map<String, List<T>> map = new HashMap<>() {
                        int inside() { return 1; }
                    };
                    private final int[] some = {1, 2};
                    static {
                        go();
                    }
                    A(int x,
                            int y) {
                        this.x = x;
                    }
                    @Test
                    @Values(strings = {"}", "{"}, of = A.class)
                    <R> R longOne(Function<T, R> f) throws D {
                        if (f != null) {
                            run(() -> { char c = '}'; });
                        }
                        return new E() {
                            void inner() {}
                        };
                    }
                    void longOne() {}
                    int notHere();
                    record Pair(int a, int b) {
                        Pair {
                            check(a);
                        }
                    }
                    enum Color { RED, GREEN; int code() { return 1; } }
                }
                """))
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "A.java#A.initializer", 3,
                            "A.java#A.A", 4,
                            "A.java#A.longOne", 8,
                            "A.java#Pair.Pair", 3,
                            "A.java#Color.code", 1));
        }

        @Test
        void areNotGuessedWhenBracesDoNotMatch() {
            assertThatThrownBy(() -> of("class A { void b() { }")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> of("class A { } }")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class ARatchet {
        private static final String FIRST = "# Long ones; a line may be removed, not added.\n";

        private List<String> judged(String lines, Map<String, Integer> sizes) {
            return texts(Ratchet.parse("r.txt", FIRST + lines).judge(sizes, 300, 20));
        }

        @Test
        void letsPassWhatItHolds() {
            assertThat(judged("A 310\nB 350\n", Map.of("A", 310, "B", 330, "C", 300)))
                    .isEmpty();
        }

        @Test
        void findsWhatIsTooLargeOrGrew() {
            assertThat(judged("A 310\n", Map.of("A", 311, "C", 301)))
                    .containsExactly(
                            "A: grew from 310 to 311 lines; the limit is 300", "C: 301 lines; the limit is 300");
        }

        @Test
        void findsALineThatMustBeLoweredOrGo() {
            assertThat(judged("A 350\nB 310\nC 400\n", Map.of("A", 329, "B", 300)))
                    .containsExactly(
                            "r.txt: shrank, lower its line: A 329",
                            "r.txt: not needed any more, remove the line: B",
                            "r.txt: not needed any more, remove the line: C");
        }

        @Test
        void isSortedReadableAndSaysWhatItIs() {
            assertThat(judged("B 310\nA 310\n", Map.of("A", 305, "B", 305)))
                    .singleElement()
                    .asString()
                    .startsWith("r.txt:3: not sorted");
            assertThat(judged("A\tmany\nA many\n", Map.of())).anyMatch(it -> it.startsWith("r.txt:3: no size"));
            assertThat(texts(Ratchet.parse("r.txt", "A 310\n").judge(Map.of("A", 310), 300, 20)))
                    .containsExactly("r.txt:1: the first line must say: a line may be removed, not added");
        }

        @Test
        void ofNamesTurnsOneWayToo() {
            assertThat(texts(Ratchet.parse("r.txt", FIRST + "A\nB\n").judge(Map.of("B", "bad", "C", "bad"))))
                    .containsExactly("C: bad", "r.txt: not needed any more, remove the line: A");
        }
    }
}
