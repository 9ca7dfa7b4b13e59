package io.titankv.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.RecordPlace;
import io.titankv.engine.ScanPage;
import io.titankv.engine.ScanSpec;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.multiraft.shard.Freshness;
import io.titankv.multiraft.shard.ReadOutcome;
import io.titankv.multiraft.shard.Shard;
import io.titankv.multiraft.shard.ShardWrite;
import io.titankv.multiraft.shard.ValueRoom;
import io.titankv.multiraft.shard.WriteOutcome;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One shard of a {@link SimCluster}: a log, and for each node what it has applied of it. As strict as the real one: it judges
 * ownership, leadership, preconditions and request ids itself, whatever the gateway believes. Thread-safe.
 */
final class SimGroup {
    /** Unsigned by token, then by key bytes. */
    record Place(long token, ByteString stored) implements Comparable<Place> {
        static Place of(Key key) {
            return new Place(key.token().bits(), UnsafeByteOperations.unsafeWrap(key.toStored()));
        }

        @Override
        public int compareTo(Place other) {
            int byToken = Long.compareUnsigned(token, other.token);
            return byToken != 0
                    ? byToken
                    : ByteString.unsignedLexicographicalComparator().compare(stored, other.stored);
        }
    }

    record Value(ByteString bytes, long version) {}

    private record Entry(long index, Place place, Optional<Value> value) {}

    /** What a node has. */
    private static final class State {
        final TreeMap<Place, Value> data = new TreeMap<>();
        long applied = -1;
        boolean lagging;
        boolean quarantined;
        long staleMillis;
    }

    final GroupId id;
    private final List<Entry> log = new ArrayList<>();
    private final Map<NodeId, State> states = new LinkedHashMap<>();
    private final Map<ShardWrite.RequestId, WriteOutcome> answered = new HashMap<>();
    private List<TokenRange> ranges;
    private Epoch epoch;
    private @Nullable NodeId leader;
    private boolean frozen;
    private boolean ready = true;
    private boolean noQuorum;
    private boolean replicatesToAll = true;
    private @Nullable Function<ShardWrite, @Nullable WriteOutcome> writeFault;
    private @Nullable ReadOutcome readFault;
    private long nextIndex;
    private long nextVersion = 100;
    /** Writes that reached a replica that leads, tries and all. */
    private int writesSeen;

    private int readsSeen;

    SimGroup(int number, Epoch epoch, @Nullable NodeId leader, List<NodeId> replicas, List<TokenRange> ranges) {
        this.id = new GroupId(number);
        this.epoch = epoch;
        this.leader = leader;
        this.ranges = List.copyOf(ranges);
        replicas.forEach(node -> states.put(node, new State()));
    }

    synchronized void lead(@Nullable NodeId node) {
        leader = node;
    }

    synchronized void beReady(boolean on) {
        ready = on;
    }

    synchronized void own(Epoch newEpoch, List<TokenRange> newRanges) {
        epoch = newEpoch;
        ranges = List.copyOf(newRanges);
    }

    synchronized void freeze(boolean on) {
        frozen = on;
    }

    synchronized void loseQuorum(boolean on) {
        noQuorum = on;
    }

    synchronized void replicateToAll(boolean on) {
        replicatesToAll = on;
    }

    synchronized void lag(NodeId node, boolean on) {
        stateOf(node).lagging = on;
        catchUp();
    }

    synchronized void quarantine(NodeId node) {
        stateOf(node).quarantined = true;
    }

    synchronized void hearNothingFor(NodeId node, long millis) {
        stateOf(node).staleMillis = millis;
    }

    /** Null from it: as usual. */
    synchronized void answerWrites(@Nullable Function<ShardWrite, @Nullable WriteOutcome> fault) {
        writeFault = fault;
    }

    synchronized void answerReads(@Nullable ReadOutcome fault) {
        readFault = fault;
    }

    synchronized int writesSeen() {
        return writesSeen;
    }

    synchronized int readsSeen() {
        return readsSeen;
    }

    synchronized List<TokenRange> ranges() {
        return ranges;
    }

    synchronized @Nullable NodeId leader() {
        return leader;
    }

    synchronized List<NodeId> replicas() {
        return List.copyOf(states.keySet());
    }

    /** Takes a range with its data out of this group, as a range transfer does. */
    synchronized Map<Place, Value> cutOut(TokenRange range) {
        Map<Place, Value> moved = new TreeMap<>();
        State full = states.values().iterator().next();
        full.data.forEach((place, value) -> {
            if (range.contains(place.token())) {
                moved.put(place, value);
            }
        });
        states.values().forEach(state -> state.data.keySet().removeAll(moved.keySet()));
        return moved;
    }

    synchronized void takeIn(Map<Place, Value> moved) {
        states.values().forEach(state -> state.data.putAll(moved));
    }

    synchronized void load(Key key, ByteString value) {
        append(key, Optional.of(value));
    }

    private State stateOf(NodeId node) {
        State state = states.get(node);
        if (state == null) {
            throw new IllegalArgumentException("no replica of " + id + " on " + node);
        }
        return state;
    }

    private Entry append(Key key, Optional<ByteString> value) {
        long version = nextVersion++;
        Entry entry = new Entry(nextIndex++, Place.of(key), value.map(it -> new Value(it, version)));
        log.add(entry);
        catchUp();
        return entry;
    }

    private void catchUp() {
        states.values().stream().filter(state -> !state.lagging).forEach(state -> {
            for (Entry entry : log.subList((int) state.applied + 1, log.size())) {
                entry.value()
                        .ifPresentOrElse(
                                value -> state.data.put(entry.place(), value), () -> state.data.remove(entry.place()));
                state.applied = entry.index();
            }
        });
    }

    Shard on(NodeId node) {
        return new Replica(node);
    }

    private boolean owns(long token) {
        return ranges.stream().anyMatch(range -> range.contains(token));
    }

    private boolean owns(TokenRange asked) {
        return ranges.stream().anyMatch(range -> range.contains(asked));
    }

    private final class Replica implements Shard {
        private final NodeId node;

        Replica(NodeId node) {
            this.node = node;
        }

        @Override
        public GroupId group() {
            return id;
        }

        @Override
        public CompletableFuture<WriteOutcome> write(ShardWrite write, Duration timeout) {
            return writeAtomically(List.of(write), timeout).thenApply(List::getFirst);
        }

        @Override
        public CompletableFuture<List<WriteOutcome>> writeAtomically(List<ShardWrite> writes, Duration timeout) {
            synchronized (SimGroup.this) {
                if (!node.equals(leader)) {
                    return done(all(writes, new WriteOutcome.NotLeader(leader)));
                }
                writesSeen += writes.size();
                if (noQuorum) {
                    List<WriteOutcome> lost = all(writes, new WriteOutcome.Undetermined("not committed in time"));
                    return new CompletableFuture<List<WriteOutcome>>()
                            .completeOnTimeout(lost, timeout.toNanos(), TimeUnit.NANOSECONDS);
                }
                List<@Nullable WriteOutcome> judged =
                        new ArrayList<>(writes.stream().map(this::refusalOrNull).toList());
                boolean refused = judged.stream().anyMatch(it -> it != null && !(it instanceof WriteOutcome.Written));
                List<WriteOutcome> outcomes = new ArrayList<>();
                for (int i = 0; i < writes.size(); i++) {
                    WriteOutcome judgement = judged.get(i);
                    if (judgement != null) {
                        outcomes.add(judgement);
                    } else if (refused) {
                        outcomes.add(new WriteOutcome.Aborted());
                    } else {
                        outcomes.add(apply(writes.get(i)));
                    }
                }
                return done(outcomes);
            }
        }

        private @Nullable WriteOutcome refusalOrNull(ShardWrite write) {
            WriteOutcome fault = writeFault == null ? null : writeFault.apply(write);
            if (fault != null) {
                return fault;
            }
            long token = write.key().token().bits();
            if (!owns(token)) {
                return new WriteOutcome.StaleRoute(epoch);
            }
            if (frozen) {
                return new WriteOutcome.InTransition();
            }
            if (write.requestId() != null && answered.containsKey(write.requestId())) {
                return answered.get(write.requestId());
            }
            Value now = stateOf(node).data.get(Place.of(write.key()));
            boolean holds = switch (write.condition()) {
                case ShardWrite.Condition.Always() -> true;
                case ShardWrite.Condition.Absent() -> now == null;
                case ShardWrite.Condition.Present() -> now != null;
                case ShardWrite.Condition.VersionIs(long version) -> version == (now == null ? 0 : now.version());
            };
            return holds ? null : new WriteOutcome.VersionMismatch(now == null ? 0 : now.version());
        }

        private WriteOutcome apply(ShardWrite write) {
            Place place = Place.of(write.key());
            boolean existed = stateOf(node).data.containsKey(place);
            Entry entry = switch (write.action()) {
                case ShardWrite.Action.Put(ByteString value) -> append(write.key(), Optional.of(value));
                case ShardWrite.Action.Delete() -> append(write.key(), Optional.empty());
            };
            WriteOutcome written =
                    new WriteOutcome.Written(nextVersion - 1, existed, new LogPosition(1, entry.index()));
            if (write.requestId() != null) {
                answered.put(write.requestId(), written);
            }
            return written;
        }

        @Override
        public CompletableFuture<ReadOutcome> read(
                Key key, Freshness freshness, Epoch askedBy, Duration timeout, ValueRoom room) {
            return answer(
                    freshness,
                    timeout,
                    new TokenRange(key.token().bits(), key.token().bits() + 1),
                    state -> {
                        Value value = state.data.get(Place.of(key));
                        LogPosition at = new LogPosition(1, state.applied);
                        if (value == null) {
                            return new ReadOutcome.Absent(at);
                        }
                        int bytes = value.bytes().size();
                        return room.tryTake(bytes)
                                ? new ReadOutcome.Found(
                                        value.bytes(), value.version(), new RecordPlace(7, 42, 64, bytes), at)
                                : new ReadOutcome.NoRoom(bytes);
                    });
        }

        @Override
        public CompletableFuture<ReadOutcome> scan(
                ScanSpec spec, Freshness freshness, Epoch askedBy, Duration timeout) {
            TokenRange asked = new TokenRange(spec.startInclusive(), spec.endExclusive());
            return answer(freshness, timeout, asked, state -> {
                List<StoredRecord> records = new ArrayList<>();
                long bytes = 0;
                for (Map.Entry<Place, Value> entry : state.data.entrySet()) {
                    Place place = entry.getKey();
                    boolean before = spec.afterKey() != null
                            && place.compareTo(new Place(spec.startInclusive(), bytesOf(spec.afterKey()))) <= 0;
                    if (!asked.contains(place.token()) || before) {
                        continue;
                    }
                    if (records.size() == spec.recordsMax() || (bytes >= spec.bytesMax() && !records.isEmpty())) {
                        return new ReadOutcome.Page(new ScanPage(records, false), new LogPosition(1, state.applied));
                    }
                    Value value = entry.getValue();
                    byte[] valueBytes = spec.withValues() ? value.bytes().toByteArray() : new byte[0];
                    records.add(new StoredRecord(
                            place.token(),
                            MemorySegment.ofArray(place.stored().toByteArray()),
                            MemorySegment.ofArray(valueBytes),
                            value.version(),
                            new EntryPosition(1, 0),
                            new RecordPlace(7, 42, 64, value.bytes().size())));
                    bytes += place.stored().size() + valueBytes.length;
                }
                return new ReadOutcome.Page(new ScanPage(records, true), new LogPosition(1, state.applied));
            });
        }

        @Override
        public CompletableFuture<ReadOutcome> count(
                TokenRange range, Freshness freshness, Epoch askedBy, Duration timeout) {
            return answer(
                    freshness,
                    timeout,
                    range,
                    state -> new ReadOutcome.Count(
                            state.data.keySet().stream()
                                    .filter(place -> range.contains(place.token()))
                                    .count(),
                            new LogPosition(1, state.applied)));
        }

        private CompletableFuture<ReadOutcome> answer(
                Freshness freshness, Duration timeout, TokenRange asked, Function<State, ReadOutcome> reading) {
            synchronized (SimGroup.this) {
                readsSeen++;
                State state = stateOf(node);
                boolean leads = node.equals(leader);
                if (readFault != null) {
                    return done(readFault);
                }
                if (state.quarantined) {
                    return done(new ReadOutcome.Quarantined("000007.data at 42"));
                }
                ReadOutcome refusal = switch (freshness) {
                    case Freshness.Linearizable() -> leader == null ? new ReadOutcome.NotLeader(null) : null;
                    case Freshness.Lease() -> leads ? null : new ReadOutcome.NotLeader(leader);
                    case Freshness.Bounded(Duration max) ->
                        leads || max.toMillis() >= state.staleMillis
                                ? null
                                : new ReadOutcome.TooStale(Duration.ofMillis(state.staleMillis));
                    case Freshness.Any() -> null;
                    case Freshness.After(long index) ->
                        state.applied >= index ? null : new ReadOutcome.TooStale(Duration.ofMillis(1));
                };
                if (refusal != null) {
                    return done(refusal);
                }
                boolean needsQuorum = freshness instanceof Freshness.Linearizable;
                if (noQuorum && needsQuorum) {
                    return new CompletableFuture<ReadOutcome>()
                            .completeOnTimeout(new ReadOutcome.TimedOut(), timeout.toNanos(), TimeUnit.NANOSECONDS);
                }
                if (needsQuorum && !leads && state.lagging) {
                    throw new IllegalStateException("the simulation does not let a lagging follower read the index");
                }
                if (!owns(asked)) {
                    return done(new ReadOutcome.StaleRoute(epoch));
                }
                if (frozen) {
                    return done(new ReadOutcome.InTransition());
                }
                return done(reading.apply(state));
            }
        }

        @Override
        public CompletableFuture<Boolean> assignRanges(Epoch at, List<TokenRange> wanted, Duration timeout) {
            throw new UnsupportedOperationException("not the gateway's business");
        }

        @Override
        public CompletableFuture<Void> awaitReplicatedToAll(long index, Duration timeout) {
            synchronized (SimGroup.this) {
                return replicatesToAll
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new TimeoutException("a voter lags"));
            }
        }

        @Override
        public ReplicaStatus status() {
            synchronized (SimGroup.this) {
                State state = stateOf(node);
                boolean leads = node.equals(leader);
                Map<NodeId, Long> matches = new HashMap<>();
                if (leads) {
                    states.forEach((other, its) -> {
                        if (!other.equals(node)) {
                            matches.put(other, its.applied);
                        }
                    });
                }
                return new ReplicaStatus(
                        leads ? ReplicaStatus.Role.LEADER : ReplicaStatus.Role.FOLLOWER,
                        1,
                        leader,
                        leads && ready,
                        nextIndex - 1,
                        state.applied,
                        matches,
                        leads ? 0 : TimeUnit.MILLISECONDS.toNanos(state.staleMillis),
                        leads,
                        null);
            }
        }

        @Override
        public ShardState state() {
            synchronized (SimGroup.this) {
                return new ShardState(ranges, epoch, stateOf(node).data.size(), 0, 0);
            }
        }
    }

    private static ByteString bytesOf(MemorySegment key) {
        return ByteString.copyFrom(key.asByteBuffer());
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static List<WriteOutcome> all(List<ShardWrite> writes, WriteOutcome outcome) {
        return writes.stream().map(_ -> outcome).toList();
    }

    /** The whole ring in {@code parts} equal ranges. */
    static List<TokenRange> evenly(int parts) {
        long width = Long.divideUnsigned(-1L, parts) + 1;
        List<TokenRange> all = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            all.add(new TokenRange(width * i, i == parts - 1 ? 0 : width * (i + 1)));
        }
        return all;
    }

    static Token tokenOf(String key) {
        return Key.of(key).token();
    }
}
