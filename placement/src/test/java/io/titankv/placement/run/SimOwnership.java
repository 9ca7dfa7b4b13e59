package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.run.TransferReport.Side;
import io.titankv.placement.state.RingEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated shard owns and holds, and its part in a range transfer, as strict as the real one. All of it is in the shard's log and
 * survives its leaders, but for the attempt to copy, which dies with the leader or with the replica that it copies from.
 */
final class SimOwnership {
    private static final GroupId MINE = new GroupId(1);
    private static final GroupId OTHERS = new GroupId(2);

    Epoch epoch = Epoch.NONE;
    List<TokenRange> ranges = List.of();
    List<TokenRange> frozen = List.of();
    long settled;
    long transfer;
    Side side = Side.NONE;
    boolean complete;
    /** By token: how often it was written. */
    final SortedMap<Long, Integer> records = new TreeMap<>(Long::compareUnsigned);

    @Nullable
    Attempt attempt;

    /** One attempt to copy. */
    static final class Attempt {
        final RangeImport order;
        final NodeId leader;
        final NodeId source;
        int ticks;

        Attempt(RangeImport order, NodeId leader, NodeId source) {
            this.order = order;
            this.leader = leader;
            this.source = source;
        }
    }

    private long attempts;
    private String failure = "";

    /** Whether requests for the token are served here. */
    boolean serves(long token) {
        return within(token, ranges) && !within(token, frozen);
    }

    static boolean within(long token, List<TokenRange> ranges) {
        return ranges.stream().anyMatch(range -> range.contains(token));
    }

    boolean assign(Epoch first, List<TokenRange> firstRanges) {
        if (epoch.equals(Epoch.NONE)) {
            epoch = first;
            ranges = firstRanges;
        }
        return true;
    }

    /** The leader is to copy. */
    boolean begin(RangeImport order, NodeId leader, NodeId source) {
        if (order.transfer() <= settled) {
            return true;
        }
        require(transfer == 0 || transfer == order.transfer(), "imports " + order.transfer() + " beside " + transfer);
        require(side != Side.FROZEN, "imports what it exports");
        transfer = order.transfer();
        side = Side.IMPORTING;
        if (!complete && (attempt == null || !attempt.leader.equals(leader))) {
            attempt = new Attempt(order, leader, source);
            attempts++;
        }
        return true;
    }

    void failed(String why) {
        attempt = null;
        failure = why;
    }

    /** All is there: what the other shard has frozen is copied as it is. */
    void complete(SimOwnership source, List<TokenRange> copied) {
        source.records.forEach((token, version) -> {
            if (within(token, copied)) {
                records.put(token, version);
            }
        });
        complete = true;
        attempt = null;
        failure = "";
    }

    boolean freeze(long id, List<TokenRange> asked) {
        if (id <= settled || transfer == id) {
            return true;
        }
        require(transfer == 0, "freezes for " + id + " beside " + transfer);
        RingEdit.moved(entries(), asked, MINE, OTHERS); // throws when it does not own them
        transfer = id;
        side = Side.FROZEN;
        frozen = asked;
        return true;
    }

    boolean settle(long id, boolean importing, Optional<Epoch> committed, List<TokenRange> what) {
        if (id <= settled) {
            return true;
        }
        require(transfer == 0 || transfer == id, "settles " + id + " in the middle of " + transfer);
        if (committed.isPresent()) {
            require(
                    importing ? complete : side == Side.FROZEN,
                    "commits " + id + " as " + side + ", complete " + complete);
            ranges = importing ? moved(what, OTHERS, MINE) : moved(frozen, MINE, OTHERS);
            epoch = committed.get();
        }
        records.keySet().removeIf(token -> !within(token, ranges));
        settled = id;
        transfer = 0;
        side = Side.NONE;
        complete = false;
        frozen = List.of();
        attempt = null;
        return true;
    }

    private List<TokenRange> moved(List<TokenRange> what, GroupId from, GroupId to) {
        return RingEdit.moved(entries(), what, from, to).stream()
                .filter(entry -> entry.owner().equals(MINE))
                .map(RangeEntry::range)
                .toList();
    }

    private List<RangeEntry> entries() {
        List<RangeEntry> entries = new ArrayList<>();
        long at = 0;
        for (TokenRange range : ranges) {
            if (range.startInclusive() != at) {
                entries.add(new RangeEntry(new TokenRange(at, range.startInclusive()), OTHERS));
            }
            entries.add(new RangeEntry(range, MINE));
            at = range.endExclusive();
        }
        if (at != 0 || ranges.isEmpty()) {
            entries.add(new RangeEntry(new TokenRange(at, 0), OTHERS));
        }
        return entries;
    }

    Optional<TransferReport> report(boolean leads, int caughtUpAfter) {
        if (settled == 0 && transfer == 0) {
            return Optional.empty();
        }
        Attempt running = leads ? attempt : null;
        int ticks = running == null ? 0 : running.ticks;
        return Optional.of(new TransferReport(
                settled,
                transfer,
                side,
                complete,
                ticks >= caughtUpAfter,
                10L * ticks,
                1_000L * ticks,
                Math.max(0, 10L * (caughtUpAfter - ticks)),
                running == null ? 0 : 4_000,
                leads ? failure : "",
                attempts));
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("the shard " + what);
        }
    }
}
