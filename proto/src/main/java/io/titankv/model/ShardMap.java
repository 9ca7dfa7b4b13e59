package io.titankv.model;

import io.titankv.proto.kv.v1.NodeAddress;
import io.titankv.proto.kv.v1.RangeRoute;
import io.titankv.proto.kv.v1.RoutingTable;
import io.titankv.proto.kv.v1.ShardRoute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which shard owns which tokens, where its replicas are and who led it when last heard of: the assignment at one version.
 * Ordered by (epoch, revision). Immutable.
 */
public final class ShardMap {
    /** Knows nothing: no cluster, no ranges. */
    public static final ShardMap EMPTY = new ShardMap("", Epoch.NONE, 0, List.of(), List.of(), List.of(), 0);

    /**
     * A node as clients see it.
     *
     * @param address HOST:PORT of its gateway
     */
    public record NodeEntry(NodeId id, String address, Map<String, String> labels) {
        public NodeEntry {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * A shard's replicas.
     *
     * @param leader who led when last heard of
     * @param leaderTerm the Raft term of that leadership, 0 when unknown
     */
    public record ShardEntry(GroupId id, Optional<NodeId> leader, long leaderTerm, List<NodeId> replicas) {
        public ShardEntry {
            replicas = List.copyOf(replicas);
        }
    }

    /** A range and its owner. */
    public record RangeEntry(TokenRange range, GroupId owner) {}

    private final String clusterId;
    private final Epoch epoch;
    private final long revision;
    private final int valueBytesMax;
    private final Map<NodeId, NodeEntry> nodes = new LinkedHashMap<>();
    private final Map<GroupId, ShardEntry> shards = new LinkedHashMap<>();
    private final List<RangeEntry> ranges;
    /** Starts of {@link #ranges}, for the look-up. */
    private final long[] starts;

    /**
     * @param ranges in token order, covering the whole ring without a gap; or none
     * @throws IllegalArgumentException when they do not, or name a shard that is not listed
     */
    public ShardMap(
            String clusterId,
            Epoch epoch,
            long revision,
            List<NodeEntry> nodes,
            List<ShardEntry> shards,
            List<RangeEntry> ranges,
            int valueBytesMax) {
        this.clusterId = clusterId;
        this.epoch = epoch;
        this.revision = revision;
        this.valueBytesMax = valueBytesMax;
        nodes.forEach(node -> this.nodes.put(node.id(), node));
        shards.forEach(shard -> this.shards.put(shard.id(), shard));
        this.ranges = List.copyOf(ranges);
        this.starts = ranges.stream()
                .mapToLong(entry -> entry.range().startInclusive())
                .toArray();
        requireWholeRing();
    }

    private void requireWholeRing() {
        if (ranges.isEmpty()) {
            return;
        }
        long expected = 0;
        for (int i = 0; i < ranges.size(); i++) {
            RangeEntry entry = ranges.get(i);
            if (entry.range().startInclusive() != expected || (expected == 0 && i > 0)) {
                throw new IllegalArgumentException("ring has a gap or an overlap at " + entry.range());
            }
            if (!shards.containsKey(entry.owner())) {
                throw new IllegalArgumentException(
                        "owner of " + entry.range() + " is not a shard of the map: " + entry.owner());
            }
            expected = entry.range().endExclusive();
        }
        if (expected != 0) {
            throw new IllegalArgumentException("ring ends before 2^64, at " + new Token(expected));
        }
    }

    public String clusterId() {
        return clusterId;
    }

    public Epoch epoch() {
        return epoch;
    }

    public long revision() {
        return revision;
    }

    /** Largest value that the cluster accepts, bytes; 0 when nothing is known. */
    public int valueBytesMax() {
        return valueBytesMax;
    }

    public List<NodeEntry> nodes() {
        return List.copyOf(nodes.values());
    }

    public List<ShardEntry> shards() {
        return List.copyOf(shards.values());
    }

    public List<RangeEntry> ranges() {
        return ranges;
    }

    /** True when there is no ring yet. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    public Optional<NodeEntry> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    public Optional<ShardEntry> shard(GroupId id) {
        return Optional.ofNullable(shards.get(id));
    }

    /**
     * The range that holds a token.
     *
     * @throws IllegalStateException when the map is empty
     */
    public RangeEntry rangeOf(Token token) {
        return ranges.get(indexOf(token));
    }

    /** The ranges from the one that holds {@code token} to the end of the ring. */
    public List<RangeEntry> rangesFrom(Token token) {
        return ranges.subList(indexOf(token), ranges.size());
    }

    private int indexOf(Token token) {
        if (ranges.isEmpty()) {
            throw new IllegalStateException("there is no ring yet");
        }
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(starts[middle], token.bits()) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** True when this map is newer than {@code other}: by epoch, then by revision. */
    public boolean isNewerThan(ShardMap other) {
        int byEpoch = epoch.compareTo(other.epoch);
        return byEpoch != 0 ? byEpoch > 0 : revision > other.revision;
    }

    public RoutingTable toProto() {
        RoutingTable.Builder table = RoutingTable.newBuilder()
                .setClusterId(clusterId)
                .setEpoch(epoch.value())
                .setRevision(revision)
                .setValueBytesMax(valueBytesMax);
        nodes.values()
                .forEach(node -> table.addNodes(NodeAddress.newBuilder()
                        .setNodeId(node.id().value())
                        .setAddress(node.address())
                        .putAllLabels(node.labels())));
        shards.values()
                .forEach(shard -> table.addShards(ShardRoute.newBuilder()
                        .setShardId(shard.id().toString())
                        .setLeaderNodeId(shard.leader().map(NodeId::value).orElse(""))
                        .setLeaderTerm(shard.leaderTerm())
                        .addAllReplicaNodeIds(
                                shard.replicas().stream().map(NodeId::value).toList())));
        ranges.forEach(entry -> table.addRanges(RangeRoute.newBuilder()
                .setStart(entry.range().startInclusive())
                .setEnd(entry.range().endExclusive())
                .setShardId(entry.owner().toString())));
        return table.build();
    }

    /**
     * Reads what {@link #toProto} wrote.
     *
     * @throws IllegalArgumentException when the table makes no sense
     */
    public static ShardMap fromProto(RoutingTable table) {
        List<NodeEntry> nodes = new ArrayList<>();
        table.getNodesList()
                .forEach(node ->
                        nodes.add(new NodeEntry(new NodeId(node.getNodeId()), node.getAddress(), node.getLabelsMap())));
        List<ShardEntry> shards = new ArrayList<>();
        table.getShardsList()
                .forEach(shard -> shards.add(new ShardEntry(
                        GroupId.parse(shard.getShardId()),
                        shard.getLeaderNodeId().isEmpty()
                                ? Optional.empty()
                                : Optional.of(new NodeId(shard.getLeaderNodeId())),
                        shard.getLeaderTerm(),
                        shard.getReplicaNodeIdsList().stream().map(NodeId::new).toList())));
        List<RangeEntry> ranges = new ArrayList<>();
        table.getRangesList()
                .forEach(range -> ranges.add(new RangeEntry(
                        new TokenRange(range.getStart(), range.getEnd()), GroupId.parse(range.getShardId()))));
        return new ShardMap(
                table.getClusterId(),
                new Epoch(table.getEpoch()),
                table.getRevision(),
                nodes,
                shards,
                ranges,
                Math.toIntExact(table.getValueBytesMax()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardMap map
                && clusterId.equals(map.clusterId)
                && epoch.equals(map.epoch)
                && revision == map.revision
                && valueBytesMax == map.valueBytesMax
                && nodes.equals(map.nodes)
                && shards.equals(map.shards)
                && ranges.equals(map.ranges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {clusterId, epoch, revision});
    }

    @Override
    public String toString() {
        return "ShardMap[epoch=" + epoch + ", revision=" + revision + ", nodes=" + nodes.size() + ", shards="
                + shards.size() + ", ranges=" + ranges.size() + "]";
    }
}
