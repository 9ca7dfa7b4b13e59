package io.titankv.placement.plan;

import io.titankv.model.NodeId;
import java.time.Duration;
import java.util.Map;

/**
 * A node as the planners see it. Immutable.
 *
 * @param labels where it stands: {@code zone}, {@code rack}, {@code host}
 * @param cores by which it gets its share of leaders, at least 1
 * @param diskBytes by which it gets its share of bytes; 0: unknown, taken as the mean of the others
 * @param freeBytes what is free of them
 * @param intent what its operator wants of it
 * @param presence whether it is heard of
 */
public record NodeModel(
        NodeId id,
        Map<String, String> labels,
        int cores,
        long diskBytes,
        long freeBytes,
        Intent intent,
        Presence presence) {
    /** With less room its leaders are about to turn writes away; or with less than the part below of a small disk. */
    private static final long LEAD_FREE_BYTES_MIN = 320L << 20;

    private static final int DISK_TO_LEAD_FREE = 8;

    /** What the operator wants of a node. */
    public enum Intent {
        /** Holds replicas and leads. */
        IN_SERVICE,
        /** Keeps its replicas, leads nothing. */
        DRAINING,
        /** Gives its replicas away, gets none. */
        DECOMMISSIONING,
        /** Holds nothing and gets nothing: it was decommissioned, or replaced. */
        REMOVED
    }

    /** Whether a node is heard of. */
    public sealed interface Presence {
        /** Heard of without a break for this long. */
        record Up(Duration lasting) implements Presence {}

        /** Not heard of for this long. */
        record Silent(Duration lasting) implements Presence {}
    }

    public NodeModel {
        labels = Map.copyOf(labels);
        if (cores < 1 || diskBytes < 0 || freeBytes < 0) {
            throw new IllegalArgumentException("node " + id + " has no sensible capacity: " + cores + " cores, "
                    + diskBytes + " bytes, " + freeBytes + " of them free");
        }
    }

    public boolean isUp() {
        return presence instanceof Presence.Up;
    }

    /** Whether it has been up for this long: its caches are warm then and its code is compiled. */
    boolean isUpFor(Duration least) {
        return presence instanceof Presence.Up up && up.lasting().compareTo(least) >= 0;
    }

    /** Whether it may be given a replica. */
    boolean takesReplicas() {
        return isUp() && (intent == Intent.IN_SERVICE || intent == Intent.DRAINING);
    }

    /** Whether its replicas must go elsewhere: its operator says so, or it has been silent for too long. */
    boolean isLeaving(Duration silenceMax) {
        return intent == Intent.DECOMMISSIONING || intent == Intent.REMOVED || isDead(silenceMax);
    }

    boolean isDead(Duration silenceMax) {
        return presence instanceof Presence.Silent silent && silent.lasting().compareTo(silenceMax) >= 0;
    }

    /** Whether it may be given leaders, and keeps those that it has where others could have them. */
    boolean takesLeaders() {
        return isUp() && intent == Intent.IN_SERVICE && hasRoomToLead();
    }

    boolean hasRoomToLead() {
        return diskBytes == 0 || freeBytes >= Math.min(LEAD_FREE_BYTES_MIN, diskBytes / DISK_TO_LEAD_FREE);
    }

    NodeModel meaning(Intent changed) {
        return new NodeModel(id, labels, cores, diskBytes, freeBytes, changed, presence);
    }

    /** The same, heard of otherwise. */
    public NodeModel with(Presence changed) {
        return new NodeModel(id, labels, cores, diskBytes, freeBytes, intent, changed);
    }
}
