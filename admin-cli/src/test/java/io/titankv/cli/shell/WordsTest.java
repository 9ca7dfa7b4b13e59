package io.titankv.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.cli.shell.Words.OpenEndException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WordsTest {
    @Test
    void wordsAreCutAsAUnixShellDoes() throws OpenEndException {
        assertThat(Words.split("  data put  'a b' \"c\\\"d\\n\" e\\ f '' \"\" g'h'\"i\" "))
                .containsExactly("data", "put", "a b", "c\"d\\n", "e f", "", "", "ghi");
        assertThat(Words.split(" \t ")).isEmpty();
        assertThat(Words.split("'{\"a\": \"\\\\\"}'")).containsExactly("{\"a\": \"\\\\\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 'b", "a \"b", "a \\", "\"\\\""})
    void anOpenEndIsRefused(String line) {
        assertThatThrownBy(() -> Words.split(line)).isInstanceOf(OpenEndException.class);
    }
}
