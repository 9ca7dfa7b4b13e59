package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LookupTest {
    private final TestStore store = new TestStore().open();

    @AfterEach
    void close() {
        store.close();
    }

    private int recordBytesMax(String key) {
        return store.engine().recordBytesMax(store.tokenOf.applyAsLong(key));
    }

    @Test
    void theSizeOfARecordIsKnownBeforeItIsRead() {
        assertThat(recordBytesMax("a")).isZero();
        store.put("a", "x".repeat(10_000));
        assertThat(recordBytesMax("a")).isBetween(10_001, 10_100);
        store.put("a", "x");
        assertThat(recordBytesMax("a")).isBetween(2, 102);
        store.put("a", "x".repeat(500));
        store.reopen();
        assertThat(recordBytesMax("a")).isBetween(501, 601);
    }

    @Test
    void ofKeysWithOneTokenTheLargestCounts() {
        store.tokenOf = TestStore.ONE_TOKEN;
        store.put("a", "x".repeat(100));
        store.put("b", "x".repeat(10_000));
        store.put("c", "x");
        assertThat(recordBytesMax("a")).isBetween(10_001, 10_100);
        assertThat(recordBytesMax("none")).isBetween(10_001, 10_100);
    }
}
