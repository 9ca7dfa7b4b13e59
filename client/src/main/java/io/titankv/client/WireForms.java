package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.Key;
import io.titankv.model.Token;
import io.titankv.model.Version;
import io.titankv.proto.kv.v1.DeleteResponse;
import io.titankv.proto.kv.v1.GetResponse;
import io.titankv.proto.kv.v1.Precondition;
import io.titankv.proto.kv.v1.PutResponse;
import io.titankv.proto.kv.v1.Record;
import io.titankv.proto.kv.v1.RequestOptions;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import java.time.Duration;
import java.util.Optional;

/** Our types as the wire has them, and back. Pure functions. */
final class WireForms {
    private WireForms() {}

    static Precondition precondition(Condition condition) {
        return switch (condition) {
            case Condition.None() -> Precondition.getDefaultInstance();
            case Condition.Absent() -> Precondition.newBuilder().setAbsent(true).build();
            case Condition.Present() ->
                Precondition.newBuilder().setPresent(true).build();
            case Condition.VersionIs(Version version) ->
                Precondition.newBuilder().setVersion(version.value()).build();
        };
    }

    static RequestOptions readOptions(ReadLevel level, Epoch epoch) {
        RequestOptions.Builder options = withEpoch(epoch);
        switch (level) {
            case ReadLevel.Linearizable() ->
                options.setReadLevel(io.titankv.proto.kv.v1.ReadLevel.READ_LEVEL_LINEARIZABLE);
            case ReadLevel.Lease() -> options.setReadLevel(io.titankv.proto.kv.v1.ReadLevel.READ_LEVEL_LEASE);
            case ReadLevel.BoundedStaleness(Duration max) ->
                options.setReadLevel(io.titankv.proto.kv.v1.ReadLevel.READ_LEVEL_BOUNDED_STALENESS)
                        .setMaxStaleness(com.google.protobuf.Duration.newBuilder()
                                .setSeconds(max.getSeconds())
                                .setNanos(max.getNano()));
            case ReadLevel.Any() -> options.setReadLevel(io.titankv.proto.kv.v1.ReadLevel.READ_LEVEL_ANY);
            case ReadLevel.After(SessionToken token) ->
                options.setReadLevel(io.titankv.proto.kv.v1.ReadLevel.READ_LEVEL_AFTER)
                        .setAfterToken(token.bytes());
        }
        return options.build();
    }

    static RequestOptions writeOptions(WriteLevel level, Epoch epoch) {
        return withEpoch(epoch)
                .setWriteLevel(
                        switch (level) {
                            case MAJORITY -> io.titankv.proto.kv.v1.WriteLevel.WRITE_LEVEL_MAJORITY;
                            case ALL -> io.titankv.proto.kv.v1.WriteLevel.WRITE_LEVEL_ALL;
                        })
                .build();
    }

    private static RequestOptions.Builder withEpoch(Epoch epoch) {
        RequestOptions.Builder options = RequestOptions.newBuilder();
        if (!epoch.equals(Epoch.NONE)) {
            options.setEpoch(epoch.value());
        }
        return options;
    }

    static io.titankv.proto.kv.v1.Atomicity atomicity(Atomicity atomicity) {
        return switch (atomicity) {
            case PER_KEY -> io.titankv.proto.kv.v1.Atomicity.ATOMICITY_PER_KEY;
            case PER_SHARD -> io.titankv.proto.kv.v1.Atomicity.ATOMICITY_PER_SHARD;
        };
    }

    static ScanRequest.Builder scan(ScanQuery query, Epoch epoch) {
        return ScanRequest.newBuilder()
                .setStartToken(query.range().startInclusive())
                .setEndToken(query.range().endExclusive())
                .setKeyPrefix(query.keyPrefix())
                .setPageSize(query.pageSize())
                .setKeysOnly(query.keysOnly())
                .setOptions(readOptions(query.options().level(), epoch));
    }

    static Optional<Versioned> read(GetResponse response) {
        return response.getFound()
                ? Optional.of(new Versioned(
                        response.getValue(), new Version(response.getVersion()), token(response.getSessionToken())))
                : Optional.empty();
    }

    static WriteResult written(PutResponse response) {
        return new WriteResult(new Version(response.getVersion()), false, token(response.getSessionToken()));
    }

    static WriteResult written(DeleteResponse response) {
        return new WriteResult(
                new Version(response.getVersion()), response.getExisted(), token(response.getSessionToken()));
    }

    static SessionToken token(ByteString bytes) {
        return new SessionToken(bytes);
    }

    static ScanPage page(ScanResponse response) {
        return new ScanPage(
                response.getRecordsList().stream().map(WireForms::scanRecord).toList(), response.getNextPageToken());
    }

    private static ScanRecord scanRecord(Record one) {
        return new ScanRecord(
                new Key(one.getKey(), one.getRoutingTag()),
                one.getValue(),
                new Version(one.getVersion()),
                new Token(one.getToken()));
    }
}
