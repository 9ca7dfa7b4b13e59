package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 42, 999_999, 1_000_000, 0xFFFF_FFFFL})
    void whatIsMadeIsParsed(long fileId) {
        assertThat(FileNames.dataFileId(FileNames.data(fileId))).hasValue(fileId);
        assertThat(FileNames.hintFileId(FileNames.hint(fileId))).hasValue(fileId);
        assertThat(FileNames.newHintFileId(FileNames.newHint(fileId))).hasValue(fileId);
        assertThat(FileNames.hintFileId(FileNames.newHint(fileId))).isEmpty();
        assertThat(FileNames.dataFileId(FileNames.hint(fileId))).isEmpty();
    }

    @Test
    void namesAreAsDocumented() {
        assertThat(FileNames.data(42)).isEqualTo("000042.data");
        assertThat(FileNames.hint(42)).isEqualTo("000042.hint");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".data",
                "1.data",
                "0000042.data",
                "00004x.data",
                "-00042.data",
                "000042.data2",
                "99999999999.data"
            })
    void othersAreNot(String name) {
        assertThat(FileNames.dataFileId(name)).isEmpty();
    }
}
