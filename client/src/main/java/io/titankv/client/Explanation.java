package io.titankv.client;

import io.titankv.model.Epoch;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.proto.kv.v1.ExplainResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where a key lives and how a read of it went. Immutable.
 *
 * @param shard s1, s2, ...
 * @param leader the leader's node; empty: unknown
 * @param record where the record lies on the node that answered; empty: the key has no value
 */
public record Explanation(
        Token token,
        TokenRange range,
        String shard,
        Epoch epoch,
        Optional<String> leader,
        List<Replica> replicas,
        List<Hop> hops,
        Optional<Location> record) {
    public Explanation {
        replicas = List.copyOf(replicas);
        hops = List.copyOf(hops);
    }

    /**
     * A replica of the key's shard.
     *
     * @param role leader, follower or learner
     * @param lag entries behind the leader's commit index
     */
    public record Replica(String node, String address, String role, long appliedIndex, long lag, boolean reachable) {}

    /** A step of the read. */
    public record Hop(String what, String node, Duration took) {}

    /** A record in a data file. */
    public record Location(long version, long valueBytes, String dataFile, long offset, long recordBytes) {}

    static Explanation fromProto(ExplainResponse response) {
        return new Explanation(
                new Token(response.getToken()),
                new TokenRange(response.getRangeStart(), response.getRangeEnd()),
                response.getShardId(),
                new Epoch(response.getEpoch()),
                Optional.of(response.getLeaderNodeId()).filter(id -> !id.isEmpty()),
                response.getReplicasList().stream()
                        .map(replica -> new Replica(
                                replica.getNodeId(),
                                replica.getAddress(),
                                replica.getRole(),
                                replica.getAppliedIndex(),
                                replica.getLag(),
                                replica.getReachable()))
                        .toList(),
                response.getHopsList().stream()
                        .map(hop -> new Hop(hop.getWhat(), hop.getNodeId(), Duration.ofNanos(hop.getMicros() * 1000)))
                        .toList(),
                response.getFound()
                        ? Optional.of(new Location(
                                response.getVersion(),
                                response.getValueBytes(),
                                response.getDataFile(),
                                response.getOffset(),
                                response.getRecordBytes()))
                        : Optional.empty());
    }
}
