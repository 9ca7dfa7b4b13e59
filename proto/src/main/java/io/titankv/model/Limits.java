package io.titankv.model;

/** What the API accepts. Everything that checks a limit takes it from here. */
public final class Limits {
    /** Longest key and longest routing tag, bytes. */
    public static final int KEY_BYTES_MAX = 4096;

    /** Largest value without a setting, bytes. */
    public static final int VALUE_BYTES_DEFAULT_MAX = 1 << 20;

    /** Largest value that a setting may allow, bytes. */
    public static final int VALUE_BYTES_SETTING_MAX = 16 << 20;

    /** Most operations or keys in one request. */
    public static final int REQUEST_OPERATIONS_MAX = 1000;

    /** Largest request, bytes: the largest value that a setting may allow, with its key and what frames them. */
    public static final int REQUEST_BYTES_MAX = VALUE_BYTES_SETTING_MAX + (64 << 10);

    /** Most operations that the proposer puts into one Raft entry. */
    public static final int ENTRY_OPERATIONS_MAX = 512;

    /** Largest Raft entry by default, bytes; bounds what is atomic in one shard. */
    public static final int ENTRY_BYTES_DEFAULT_MAX = 2 << 20;

    /** Most records on a page of a scan. */
    public static final int PAGE_RECORDS_MAX = 1000;

    /** Records on a page of a scan when none are asked for. */
    public static final int PAGE_RECORDS_DEFAULT = 100;

    /** A page of a scan ends when it holds this many bytes. */
    public static final int PAGE_BYTES_MAX = 4 << 20;

    /** What an entry with the largest value has besides: its key, its routing tag, its request id, and what frames them, bytes. */
    private static final int ENTRY_MARGIN_BYTES = 64 << 10;

    private Limits() {}

    /** Largest Raft entry where values may be so large, bytes. */
    public static int entryBytesMax(int valueBytesMax) {
        return Math.max(ENTRY_BYTES_DEFAULT_MAX, valueBytesMax + ENTRY_MARGIN_BYTES);
    }
}
