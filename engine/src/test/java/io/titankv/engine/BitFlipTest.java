package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A flipped bit in any byte of a closed store is found or does no harm; never is a wrong value read. */
class BitFlipTest {
    private final Random random = new Random(11);
    private final TestStore store = new TestStore();
    private final StoreModel model = new StoreModel(store, random);

    @Test
    void noFlippedByteYieldsWrongData() throws IOException {
        store.options = store.options.withDataFileBytesMax(500);
        store.open();
        for (int i = 0; i < 8; i++) {
            model.applyRandomBatch();
        }
        store.close();
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : store.files()) {
            files.put(name, store.disk.bytes(TestStore.DIRECTORY.resolve(name)));
        }
        assertThat(files).containsKeys("000001.data", "000001.hint", "000002.data", "MANIFEST", "SYNCED");
        int found = 0;
        int harmless = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            for (int offset = 0; offset < file.getValue().length; offset++) {
                boolean isGapBetweenSlots =
                        file.getKey().equals("SYNCED") && offset % SyncMarkFormat.SLOT_STRIDE >= SyncMarkFormat.BYTES;
                if (!isGapBetweenSlots) {
                    if (isFound(files, file.getKey(), offset)) {
                        found++;
                    } else {
                        harmless++;
                    }
                }
            }
        }
        assertThat(found).isGreaterThan(500);
        assertThat(harmless).isPositive();
    }

    /** True when the damage was found, false when it did no harm; throws when the store holds something else. */
    private boolean isFound(Map<String, byte[]> files, String damaged, int offset) throws IOException {
        store.disk = new SimFileStore();
        store.disk.createDirectories(TestStore.DIRECTORY);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (FileStore.File copy = store.disk.create(TestStore.DIRECTORY.resolve(file.getKey()))) {
                copy.write(0, ByteBuffer.wrap(file.getValue()));
            }
        }
        store.disk.corrupt(TestStore.DIRECTORY.resolve(damaged), offset, 1 << random.nextInt(8));
        boolean isFound = false;
        try {
            store.open();
            model.check();
            store.mergeAll();
            model.check();
        } catch (CorruptDataException | StorageException e) {
            isFound = true;
        }
        if (store.isOpen()) {
            store.close();
        }
        return isFound;
    }
}
