package io.titankv.placement.state;

import io.titankv.model.Limits;

/**
 * What a cluster was told when it was founded. Immutable.
 *
 * @param shards shards of the first ring; 0: two for each core of the initial nodes
 * @param replicas replicas wanted for each shard; there are fewer while there are fewer nodes
 * @param valueBytesMax largest value, bytes
 */
public record Settings(int shards, int replicas, int valueBytesMax) {
    /** Most shards of a first ring: with 128 points each, the ring still fits one Raft entry. */
    public static final int SHARDS_MAX = 512;

    /** Most replicas of a shard. */
    public static final int REPLICAS_MAX = 7;

    /** Two shards for each core, three replicas, values up to 1 MiB. */
    public static final Settings DEFAULT = new Settings(0, 3, Limits.VALUE_BYTES_DEFAULT_MAX);

    public Settings {
        if (shards < 0 || shards > SHARDS_MAX) {
            throw new IllegalArgumentException("shards must be 0 .. " + SHARDS_MAX + ": " + shards);
        }
        if (replicas < 1 || replicas > REPLICAS_MAX) {
            throw new IllegalArgumentException("replicas must be 1 .. " + REPLICAS_MAX + ": " + replicas);
        }
        if (valueBytesMax < 1 || valueBytesMax > Limits.VALUE_BYTES_SETTING_MAX) {
            throw new IllegalArgumentException(
                    "the largest value must be 1 .. " + Limits.VALUE_BYTES_SETTING_MAX + " bytes: " + valueBytesMax);
        }
    }
}
