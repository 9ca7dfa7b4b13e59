package io.titankv.engine;

import java.util.List;

/**
 * Sizes of an engine at one moment.
 *
 * @param keys live keys; where keys share a token, too few by those that wait for the check of a blind overwrite
 * @param liveBytes bytes of live records in data files
 * @param deadBytes bytes in data files that no key points at
 * @param dataFiles data files, the active one included
 * @param keydirBytes off-heap bytes of the keydir
 * @param tombstones tombstones in data files that may still be needed
 */
public record EngineStats(long keys, long liveBytes, long deadBytes, int dataFiles, long keydirBytes, long tombstones) {
    /** Sums up; the caller excludes writers. A file may have been sealed since it was listed as unsealed; a spare one is not counted. */
    static EngineStats of(Keydir keydir, UncheckedTokens unchecked, List<ActiveFile> unsealed, List<DataFile> files) {
        long bytes = 0;
        long graves = 0;
        long live = -unchecked.bytes();
        int count = 0;
        for (DataFile file : files) {
            live += file.liveBytes().get();
            if (file.isSealed()) {
                bytes += file.requireSealed().bytes() - DataFileHeader.BYTES;
                graves += file.requireSealed().graves();
                count++;
                continue;
            }
            for (ActiveFile each : unsealed) {
                if (each.data() == file) {
                    bytes += each.bytes() - DataFileHeader.BYTES;
                    graves += each.graves();
                    count++;
                }
            }
        }
        return new EngineStats(keydir.size() - unchecked.size(), live, bytes - live, count, keydir.bytes(), graves);
    }
}
