package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may follow the last whole batch in an active file, byte by byte. */
class TailRecoveryTest {
    private static final Path ACTIVE = TestStore.DIRECTORY.resolve(FileNames.data(1));

    private final TestStore store = new TestStore().open();
    private byte[] second = new byte[0];
    private int firstEnd;

    /** A synced batch, then the bytes of a batch of three records, which each test mangles. */
    @BeforeEach
    void writeTwoBatches() {
        store.put("first", "1");
        store.engine().sync();
        firstEnd = store.disk.bytes(ACTIVE).length;
        store.apply(batch -> {
            store.put(batch, "a", "2");
            store.put(batch, "b", "2");
            store.put(batch, "c", "2");
        });
        byte[] all = store.disk.bytes(ACTIVE);
        second = Arrays.copyOfRange(all, firstEnd, all.length);
    }

    private void recoverWithTail(byte[] tail) {
        store.kill();
        try (FileStore.File file = store.disk.openForWrite(ACTIVE)) {
            file.truncate(firstEnd);
            file.write(firstEnd, ByteBuffer.wrap(tail));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        store.open();
    }

    private void assertOnlyTheFirstBatchIsThere(int bytesCut) {
        assertThat(store.scan(10)).isEqualTo(Map.of("first", "1"));
        assertThat(store.engine().applied().index()).isZero();
        assertThat(store.recoveries.getLast().bytesCut()).isEqualTo(bytesCut);
        assertThat(store.disk.bytes(ACTIVE)).hasSize(firstEnd);
        store.put("later", "3");
        store.engine().checkpoint(Path.of("/seals"));
        assertThat(new StoreInspector(TestStore.DIRECTORY, store.disk).verify((file, done, all) -> {}))
                .isEmpty();
    }

    @Test
    void aWholeBatchIsKept() {
        recoverWithTail(second);
        assertThat(store.scan(10)).hasSize(4);
        assertThat(store.recoveries.getLast().bytesCut()).isZero();
    }

    @Test
    void aBatchCutAnywhereIsCutWhole() {
        for (int length = 0; length < second.length; length++) {
            recoverWithTail(Arrays.copyOf(second, length));
            assertThat(store.scan(10)).as("length %d", length).isEqualTo(Map.of("first", "1"));
            assertThat(store.recoveries.getLast().bytesCut()).isEqualTo(withoutZeros(length));
        }
        assertOnlyTheFirstBatchIsThere(withoutZeros(second.length - 1));
    }

    /** So much of the batch's beginning can be told from room that was taken ahead. */
    private int withoutZeros(int length) {
        int end = length;
        while (end > 0 && second[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void zerosAreRoomThatWasTakenAhead() {
        recoverWithTail(new byte[5000]);
        assertOnlyTheFirstBatchIsThere(0);
    }

    @Test
    void aBatchCutBeforeRoomThatWasTakenAheadIsCutWithIt() {
        recoverWithTail(Arrays.copyOf(Arrays.copyOf(second, second.length - 1), 300_000));
        assertOnlyTheFirstBatchIsThere(withoutZeros(second.length - 1));
    }

    @Test
    void aWholeBatchBeforeRoomThatWasTakenAheadIsKept() {
        recoverWithTail(Arrays.copyOf(second, 300_000));
        assertThat(store.scan(10)).hasSize(4);
        assertThat(store.recoveries.getLast().bytesCut()).isZero();
        assertThat(store.disk.bytes(ACTIVE)).hasSize(firstEnd + second.length);
    }

    @Test
    void theRestOfABatchThatWasWrittenOverIsNoBatch() {
        int record = second.length / 3;
        byte[] lastRecord = Arrays.copyOfRange(second, 2 * record, second.length);
        recoverWithTail(lastRecord);
        assertOnlyTheFirstBatchIsThere(record);
    }

    @Test
    void aBatchWithAPositionThatDoesNotRiseIsNoBatch() {
        byte[] twice = Arrays.copyOf(second, 2 * second.length);
        System.arraycopy(second, 0, twice, second.length, second.length);
        recoverWithTail(twice);
        assertThat(store.scan(10)).hasSize(4);
        assertThat(store.recoveries.getLast().bytesCut()).isEqualTo(second.length);
    }
}
