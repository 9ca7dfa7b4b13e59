package io.titankv.engine;

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
public record EngineStats(
        long keys, long liveBytes, long deadBytes, int dataFiles, long keydirBytes, long tombstones) {}
