package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoomAheadTest {
    @TempDir
    private Path directory;

    /** Large writes go to the file by themselves, beside the thread that takes room for small ones. */
    @Test
    void zerosNeverFallOnWhatWasWritten() throws IOException {
        Random random = new Random(11);
        for (int run = 0; run < 20; run++) {
            byte[] expected = new byte[24 << 20];
            random.nextBytes(expected);
            try (FileStore.File file = NioFileStore.INSTANCE.create(directory.resolve("f" + run))) {
                file.mapForAppends();
                int at = 0;
                while (at < expected.length) {
                    int bytes = random.nextInt(4) == 0 ? 66_000 + random.nextInt(100_000) : 1 + random.nextInt(60_000);
                    bytes = Math.min(bytes, expected.length - at);
                    file.write(at, ByteBuffer.wrap(expected, at, bytes));
                    at += bytes;
                }
                ByteBuffer found = ByteBuffer.allocate(expected.length);
                file.read(0, found);
                assertThat(found.array()).isEqualTo(expected);
            }
        }
    }
}
