package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.placement.run.TransferReport.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All shards of a simulated cluster, and a client that writes some tokens at every tick and looks whether what it was told is still so:
 * no token is served by two shards, and no write that was acknowledged is lost.
 */
final class SimShards {
    final Map<GroupId, SimShard> all = new TreeMap<>();

    /** What must never be, and was. */
    final List<String> broken = new ArrayList<>();

    /** Ticks after which so little is left to copy that the ranges may be frozen. */
    int caughtUpAfter = 3;

    /** Whether copies get on. */
    boolean copies = true;

    /** Whether a copy ever gets whole. */
    boolean completes = true;

    /** Free on the disks of single nodes, in place of what is free on all. */
    final Map<NodeId, Long> freeBytes = new HashMap<>();

    /** Orders that are not carried out for now: "freeze", "settle source", "settle target". */
    final Set<String> held = new HashSet<>();

    /** The most ticks in a row for which some token was served by nobody. */
    int pausedTicksMax;

    private final Map<Long, Integer> pausedTicks = new HashMap<>();
    private final Map<Long, List<TokenRange>> rangesOfTransfers = new HashMap<>();
    private final Map<Long, Integer> acknowledged = new TreeMap<>();
    /** Tells a node's placement that it has news. */
    private final Consumer<NodeId> news;

    private final Function<String, Optional<NodeId>> nodeAt;

    SimShards(Consumer<NodeId> news, Function<String, Optional<NodeId>> nodeAt) {
        this.news = news;
        this.nodeAt = nodeAt;
    }

    SimShard shard(GroupId group) {
        return Optional.ofNullable(all.get(group)).orElseThrow();
    }

    void create(GroupId group, NodeId id, List<Member> members) {
        SimShard shard = all.computeIfAbsent(group, ignored -> new SimShard());
        if (!members.isEmpty()) {
            if (!shard.members.isEmpty() && !shard.members.equals(members)) {
                throw new IllegalStateException("group " + group + " is created with two lists of members");
            }
            shard.members = members;
        }
        shard.replicas.add(id);
    }

    void remove(GroupId group, NodeId id, boolean isRetired) {
        SimShard shard = shard(group);
        if (shard.isVoter(id) && !isRetired) {
            throw new IllegalStateException(id + " is to delete its replica of " + group + ", and votes in it");
        }
        shard.replicas.remove(id);
        if (id.equals(shard.leader)) {
            shard.leader = null;
        }
        if (shard.replicas.isEmpty()) {
            all.remove(group);
        }
    }

    void importRanges(NodeId id, RangeImport order) {
        SimShard shard = shard(order.group());
        SimShard from = shard(order.from());
        NodeId source = nodeAt.apply(order.sourceAddresses().getFirst()).orElseThrow();
        if (!from.replicas.contains(source)) {
            throw new IllegalStateException(source + " has no replica of " + order.from());
        }
        if (id.equals(shard.leader)) {
            rangesOfTransfers.put(order.transfer(), order.ranges());
            strictly(() -> shard.owns.begin(order, id, source));
        }
    }

    boolean freeze(NodeId id, GroupId group, long transfer, List<TokenRange> ranges) {
        SimShard shard = shard(group);
        return id.equals(shard.leader)
                && !held.contains("freeze")
                && strictly(() -> shard.owns.freeze(transfer, ranges));
    }

    boolean settle(NodeId id, GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
        SimShard shard = shard(group);
        List<TokenRange> ranges = rangesOfTransfers.getOrDefault(transfer, List.of());
        return id.equals(shard.leader)
                && !held.contains(importing ? "settle target" : "settle source")
                && strictly(() -> shard.owns.settle(transfer, importing, committed, ranges));
    }

    /** A broken promise stands in the list even when whoever called goes on. */
    private boolean strictly(BooleanSupplier action) {
        try {
            return action.getAsBoolean();
        } catch (IllegalStateException | IllegalArgumentException e) {
            broken.add(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** One tick of the shards and of the client. */
    void tick(Set<NodeId> up) {
        all.values().forEach(shard -> elect(shard, up));
        all.values().forEach(shard -> copy(shard, up));
        write();
    }

    private static void elect(SimShard shard, Set<NodeId> up) {
        List<NodeId> able = shard.replicas.stream()
                .filter(up::contains)
                .filter(shard::isVoter)
                .sorted()
                .toList();
        if (shard.leader == null && able.size() * 2 > shard.members.size() && !shard.members.isEmpty()) {
            shard.leader = able.getFirst();
            shard.term++;
        }
    }

    private void copy(SimShard shard, Set<NodeId> up) {
        SimOwnership.Attempt attempt = shard.owns.attempt;
        if (attempt == null) {
            return;
        }
        SimShard from = all.get(attempt.order.from());
        if (!attempt.leader.equals(shard.leader)) {
            shard.owns.attempt = null; // the next leader begins anew
        } else if (from == null || !up.contains(attempt.source) || !from.replicas.contains(attempt.source)) {
            shard.owns.failed("the export is lost");
        } else if (copies) {
            attempt.ticks++;
            boolean isFrozen = from.owns.side == Side.FROZEN && from.owns.transfer == attempt.order.transfer();
            if (completes && isFrozen && attempt.ticks > caughtUpAfter) {
                shard.owns.complete(from.owns, attempt.order.ranges());
            }
            if (attempt.ticks == caughtUpAfter || shard.owns.complete) {
                news.accept(attempt.leader);
            }
        }
    }

    private void write() {
        for (long token : tokens()) {
            List<GroupId> serving = serving(token);
            boolean isPaused = serving.isEmpty() && acknowledged.containsKey(token);
            int paused = pausedTicks.merge(token, isPaused ? 1 : 0, (before, one) -> one == 0 ? 0 : before + one);
            pausedTicksMax = Math.max(pausedTicksMax, paused);
            if (serving.size() > 1) {
                broken.add("token " + token + " is served by " + serving);
            }
            for (GroupId group : serving) {
                SimShard shard = shard(group);
                int version = shard.owns.records.getOrDefault(token, 0);
                if (version != acknowledged.getOrDefault(token, 0)) {
                    broken.add("token " + token + " has version " + version + " in " + group + ", acknowledged was "
                            + acknowledged.get(token));
                }
                if (shard.leader != null) {
                    shard.owns.records.put(token, version + 1);
                    acknowledged.put(token, version + 1);
                }
            }
        }
    }

    /** Shards of which at least one replica is left, and which say that they serve the token. */
    List<GroupId> serving(long token) {
        return all.entrySet().stream()
                .filter(entry -> entry.getValue().owns.serves(token))
                .map(Map.Entry::getKey)
                .toList();
    }

    static Collection<Long> tokens() {
        List<Long> tokens = new ArrayList<>();
        for (long i = 0; i < 256; i++) {
            tokens.add(i << 56 | 0x1234L);
        }
        return tokens;
    }

    Set<GroupId> inTransfers() {
        Set<GroupId> busy = new HashSet<>();
        all.forEach((group, shard) -> {
            if (shard.owns.transfer != 0) {
                busy.add(group);
            }
        });
        return busy;
    }

    /** Whether a shard is as asked. */
    boolean any(Predicate<SimShard> which) {
        return all.values().stream().anyMatch(which);
    }
}
