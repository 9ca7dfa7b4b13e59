package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.junit.jupiter.api.Test;

final class RatisSettingsTest {
    private static final int ENTRY_BYTES = 2 << 20;

    private final RaftProperties properties = new RaftProperties();

    @Test
    void logsOfAHundredGroupsTakeLessThanAThirdOfTheHeap() {
        for (long heap = 64L << 20; heap <= 8L << 30; heap *= 2) {
            RatisSettings.sizes(ENTRY_BYTES, heap, properties);

            long segment = Log.segmentSizeMax(properties).getSize();
            assertThat(Log.segmentCacheNumMax(properties)).isEqualTo(1);
            assertThat(3 * segment * 100).isLessThan(heap / 3 + 1);
            assertThat(Log.preallocatedSize(properties).getSize()).isLessThanOrEqualTo(segment);
        }
    }

    @Test
    void aLargeHeapHasSegmentsOfSomeOfTheLargestEntries() {
        RatisSettings.sizes(ENTRY_BYTES, 1L << 40, properties);

        assertThat(Log.segmentSizeMax(properties).getSize()).isBetween(8L * ENTRY_BYTES, 9L * ENTRY_BYTES);
    }

    @Test
    void anEntryOfTheLargestSizeFitsWhateverTheHeap() {
        RatisSettings.sizes(ENTRY_BYTES, 1, properties);

        assertThat(Log.Appender.bufferByteLimit(properties).getSize()).isGreaterThan(ENTRY_BYTES);
        assertThat(Log.writeBufferSize(properties).getSize()).isGreaterThan(ENTRY_BYTES);
        assertThat(Log.segmentSizeMax(properties).getSize()).isEqualTo(64 << 10);
    }
}
