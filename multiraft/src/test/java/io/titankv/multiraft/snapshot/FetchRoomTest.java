package io.titankv.multiraft.snapshot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FetchRoomTest {
    private final DiskRoom hundred = bytes -> {
        if (bytes > 100) {
            throw new IOException("no room for " + bytes);
        }
    };
    private final FetchRoom room = new FetchRoom(hundred);

    @Test
    void whatIsUnderWayIsCountedUntilItIsGivenBack() throws IOException {
        FetchRoom.Taken first = room.take(60);
        assertThatThrownBy(() -> room.take(41))
                .isInstanceOf(FetchRoom.NoRoomException.class)
                .hasMessage("no room for 101");
        try (FetchRoom.Taken _ = room.take(40)) {
            assertThatThrownBy(() -> room.take(1)).isInstanceOf(FetchRoom.NoRoomException.class);
        }
        first.close();
        room.take(100).close();
    }
}
