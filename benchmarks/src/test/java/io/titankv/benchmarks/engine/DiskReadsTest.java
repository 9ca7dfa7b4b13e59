package io.titankv.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReadsTest {
    private static final List<String> DEVICES = List.of(
            "   8       0 sda 999 0 999 0 0 0 0 0 0 0 0",
            " 254       0 vda 2161577 205378 68871274 1812575 4147734 316965 212646304 1195124 0 654700 3324190",
            " 259      17 nvme0n1p1 5 0 40 0 0 0 0 0 0 0 0");

    @Test
    void theLineOfADeviceIsFoundByItsNumber() {
        assertThat(DiskReads.deviceOrNull(DEVICES, 254 << 8))
                .isEqualTo(new DiskReads.Device(2_161_577, 512L * 68_871_274));
        assertThat(DiskReads.deviceOrNull(DEVICES, 259 << 8 | 17)).isEqualTo(new DiskReads.Device(5, 512L * 40));
    }

    @Test
    void aFileSystemWithoutADeviceOfItsOwnHasNone() {
        assertThat(DiskReads.deviceOrNull(DEVICES, 42)).isNull();
    }

    @Test
    void bytesThatWereReadAreNotThoseThatWereAskedFor() {
        assertThat(DiskReads.ownBytes(List.of("rchar: 6976", "read_bytes: 4096", "write_bytes: 8192")))
                .isEqualTo(4096);
        assertThatThrownBy(() -> DiskReads.ownBytes(List.of("rchar: 6976"))).isInstanceOf(StoreException.class);
    }

    @Test
    void differencesAndSumsAreOfBothCounts() {
        DiskReads earlier = new DiskReads(100, new DiskReads.Device(3, 200));
        DiskReads later = new DiskReads(150, new DiskReads.Device(5, 900));
        assertThat(later.since(earlier)).isEqualTo(new DiskReads(50, new DiskReads.Device(2, 700)));
        assertThat(later.since(earlier).plus(earlier)).isEqualTo(later);
        assertThat(later.since(new DiskReads(0, null))).isEqualTo(new DiskReads(150, null));
    }

    @Test
    void thisMachineCounts(@TempDir Path directory) {
        assertThat(DiskReads.now(directory).ownBytes()).isNotNegative();
    }
}
