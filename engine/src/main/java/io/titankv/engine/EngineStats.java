package io.titankv.engine;

import java.util.List;

/**
 * Sizes of an engine at one moment.
 *
 * @param keys live keys
 * @param liveBytes bytes of live records in data files
 * @param deadBytes bytes in data files that no key points at
 * @param dataFiles data files, the active one included
 * @param keydirBytes off-heap bytes of the keydir
 * @param tombstones tombstones in data files that may still be needed
 */
public record EngineStats(long keys, long liveBytes, long deadBytes, int dataFiles, long keydirBytes, long tombstones) {
    /** Sums up; the caller excludes writers. */
    static EngineStats of(Keydir keydir, ActiveFile active, List<DataFile> files) {
        long bytes = active.bytes() - DataFileHeader.BYTES;
        long graves = active.graves();
        long live = 0;
        for (DataFile file : files) {
            live += file.liveBytes().get();
            if (file.isSealed()) {
                bytes += file.requireSealed().bytes() - DataFileHeader.BYTES;
                graves += file.requireSealed().graves();
            }
        }
        return new EngineStats(keydir.size(), live, bytes - live, files.size(), keydir.bytes(), graves);
    }
}
