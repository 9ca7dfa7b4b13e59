package io.titankv.benchmarks.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {
    @ParameterizedTest
    @ValueSource(ints = {16, 17, 256, 511})
    void keysDiffer(int keyBytes) {
        Set<ByteBuffer> keys = new HashSet<>();
        for (int index = 0; index < 10_000; index++) {
            byte[] key = new byte[keyBytes];
            Records.key(index, key);
            keys.add(ByteBuffer.wrap(key));
        }
        assertThat(keys).hasSize(10_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 100, 1024})
    void everyByteOfAValueIsChecked(int valueBytes) {
        Records records = new Records(valueBytes);
        byte[] value = new byte[valueBytes];
        records.value(3, 5, value);
        records.requireValue(3, value);
        for (int at = 0; at < valueBytes; at++) {
            value[at] ^= 1;
            assertThatThrownBy(() -> records.requireValue(3, value)).isInstanceOf(WrongValueException.class);
            value[at] ^= 1;
        }
        assertThatThrownBy(() -> records.requireValue(4, value)).isInstanceOf(WrongValueException.class);
        assertThatThrownBy(() -> records.requireValue(3, new byte[valueBytes - 1]))
                .isInstanceOf(WrongValueException.class);
    }

    @Test
    void longKeysCannotBeCompressed() throws IOException {
        byte[] key = new byte[256];
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
            for (int index = 0; index < 1000; index++) {
                Records.key(index, key);
                deflater.write(key);
            }
        }
        assertThat(compressed.size()).isGreaterThan(250_000);
    }

    @Test
    void valuesCannotBeCompressed() throws IOException {
        Records records = new Records(100);
        byte[] value = new byte[100];
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(compressed)) {
            for (int index = 0; index < 1000; index++) {
                records.value(index, index, value);
                deflater.write(value);
            }
        }
        // The version's zeros are all that there is to gain: 6 of 100 bytes.
        assertThat(compressed.size()).isGreaterThan(90_000);
    }
}
