package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StoreRepairRefusalTest {
    private final TestStore store = new TestStore().open();

    private StoreRepair repair() {
        return new StoreRepair(TestStore.DIRECTORY, store.disk);
    }

    @Test
    void aStoreThatIsOpenIsRefused() {
        assertThatThrownBy(() -> repair().repair((file, done, all) -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("cannot repair");
        store.close();
    }

    @Test
    void aDirectoryOfWhichNothingIsLeftIsRefused() throws IOException {
        store.put("a", "1");
        store.close();
        for (String name : store.files()) {
            store.disk.delete(TestStore.DIRECTORY.resolve(name));
        }
        assertThatThrownBy(() -> repair().plan((file, done, all) -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("nothing to repair");
    }
}
