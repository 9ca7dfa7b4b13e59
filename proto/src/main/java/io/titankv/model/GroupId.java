package io.titankv.model;

import java.util.UUID;

/**
 * The Raft group that replicates one shard, or the placement state. Group 0 is the placement group; shards count from 1. What
 * people see as {@code s1} is the shard of group 1. Immutable.
 *
 * @param number 0 for placement, 1 or more for shards
 */
public record GroupId(int number) implements Comparable<GroupId> {
    /** The group that holds the placement state. */
    public static final GroupId PLACEMENT = new GroupId(0);

    /** "titankv\0" in ASCII: the upper half of every group's UUID. */
    private static final long UUID_HIGH = 0x746974616e6b7600L;

    public GroupId {
        if (number < 0) {
            throw new IllegalArgumentException("group number must not be negative: " + number);
        }
    }

    /** The UUID under which Raft knows the group. Its lower half is the group's number plus one: Raft refuses none but zero. */
    public UUID uuid() {
        return new UUID(UUID_HIGH, number + 1L);
    }

    /**
     * The group with this UUID.
     *
     * @throws IllegalArgumentException when the UUID is not one of ours
     */
    public static GroupId fromUuid(UUID uuid) {
        long low = uuid.getLeastSignificantBits();
        if (uuid.getMostSignificantBits() != UUID_HIGH || low < 1 || low > 1L + Integer.MAX_VALUE) {
            throw new IllegalArgumentException("not the UUID of a Titan-KV group: " + uuid);
        }
        return new GroupId((int) (low - 1));
    }

    /** Reads {@code s12} or {@code placement}. */
    public static GroupId parse(String text) {
        if (text.equals("placement")) {
            return PLACEMENT;
        }
        if (text.matches("s[1-9][0-9]{0,8}")) {
            return new GroupId(Integer.parseInt(text.substring(1)));
        }
        throw new IllegalArgumentException("a shard is written s1, s2, ...: " + text);
    }

    public boolean isPlacement() {
        return number == 0;
    }

    @Override
    public int compareTo(GroupId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return isPlacement() ? "placement" : "s" + number;
    }
}
