package io.titankv.proto.errors;

import io.titankv.model.Epoch;
import io.titankv.model.ErrorReason;
import io.titankv.model.Version;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error as it is told to a client, before or after it crossed the wire. Immutable.
 *
 * @param reason what went wrong, and whether the request may be sent again
 * @param message one line for people: the thing, its value, the limit
 * @param metadata facts for programs, under the keys of {@link TitanErrors}; empty values do not occur
 * @param retryDelay how long to wait before trying again; never negative
 */
public record TitanError(
        ErrorReason reason, String message, Map<String, String> metadata, Optional<Duration> retryDelay) {
    public TitanError {
        metadata = Map.copyOf(metadata);
        if (retryDelay.isPresent() && retryDelay.get().isNegative()) {
            throw new IllegalArgumentException("retry delay must not be negative: " + retryDelay.get());
        }
    }

    public static TitanError of(ErrorReason reason, String message) {
        return new TitanError(reason, message, Map.of(), Optional.empty());
    }

    /** The same, with one more fact. */
    public TitanError with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(metadata);
        more.put(key, value);
        return new TitanError(reason, message, more, retryDelay);
    }

    /** The same, naming who leads. An empty or unknown address is left out. */
    public TitanError withLeader(String nodeId, @Nullable String address) {
        TitanError named = with(TitanErrors.LEADER_NODE_ID, nodeId);
        return address == null || address.isEmpty() ? named : named.with(TitanErrors.LEADER_ADDRESS, address);
    }

    public TitanError withCurrentVersion(Version version) {
        return with(TitanErrors.CURRENT_VERSION, Long.toString(version.value()));
    }

    public TitanError withEpoch(Epoch epoch) {
        return with(TitanErrors.EPOCH, Long.toString(epoch.value()));
    }

    public TitanError withLimit(long limit) {
        return with(TitanErrors.LIMIT, Long.toString(limit));
    }

    public TitanError withRetryDelay(Duration delay) {
        return new TitanError(reason, message, metadata, Optional.of(delay));
    }

    /** The leader's node, when known. */
    public Optional<String> leaderNodeId() {
        return Optional.ofNullable(metadata.get(TitanErrors.LEADER_NODE_ID));
    }

    /** HOST:PORT of the leader's gateway, when known. */
    public Optional<String> leaderAddress() {
        return Optional.ofNullable(metadata.get(TitanErrors.LEADER_ADDRESS));
    }

    /** The key's version now, where a precondition failed. */
    public Optional<Version> currentVersion() {
        return number(TitanErrors.CURRENT_VERSION).map(Version::new);
    }

    /** The ring's epoch as the answering node knows it. */
    public Optional<Epoch> epoch() {
        return number(TitanErrors.EPOCH).map(Epoch::new);
    }

    /** The limit that was passed. */
    public Optional<Long> limit() {
        return number(TitanErrors.LIMIT);
    }

    /** A number that another version of the software wrote badly is as good as absent: it is only a hint. */
    private Optional<Long> number(String key) {
        String text = metadata.get(key);
        if (text == null) {
            return Optional.empty();
        }
        try {
            long value = Long.parseLong(text);
            return value < 0 ? Optional.empty() : Optional.of(value);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
