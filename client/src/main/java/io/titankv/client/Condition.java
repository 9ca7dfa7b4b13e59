package io.titankv.client;

import io.titankv.model.Version;

/** What must be true of a key for a write to be done; judged by the shard where the write is applied. Immutable. */
public sealed interface Condition {
    /** Nothing. */
    record None() implements Condition {}

    /** The key has no value. */
    record Absent() implements Condition {}

    /** The key has a value. */
    record Present() implements Condition {}

    /** The key's version is this one; {@link Version#ABSENT}: it has no value. */
    record VersionIs(Version version) implements Condition {}

    static Condition none() {
        return new None();
    }

    static Condition absent() {
        return new Absent();
    }

    static Condition present() {
        return new Present();
    }

    static Condition versionIs(Version version) {
        return new VersionIs(version);
    }
}
