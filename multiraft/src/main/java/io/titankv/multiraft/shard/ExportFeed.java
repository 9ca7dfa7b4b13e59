package io.titankv.multiraft.shard;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells the exports of a replica what was applied, after the store has it: so an export that reads a key when it was told of it finds
 * that change or a later one. Called by the one who applies; exports come and go on any thread.
 */
final class ExportFeed {
    private final List<ChangesSince> exports = new CopyOnWriteArrayList<>();

    void add(ChangesSince export) {
        exports.add(export);
    }

    void remove(ChangesSince export) {
        exports.remove(export);
    }

    /**
     * An entry was applied.
     *
     * @param part the transfer that the shard takes part in since
     * @param lastVersion the last version that the shard gave
     */
    void applied(List<ShardBatch.Change> changes, TransferPart part, long lastVersion) {
        if (!exports.isEmpty()) {
            exports.forEach(export -> export.applied(changes, part, lastVersion));
        }
    }

    /** The store is another one, or none. */
    void lost(String why) {
        exports.forEach(export -> export.lose(why));
    }
}
