package io.titankv.multiraft.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.proto.durable.v1.ImportedClient;
import io.titankv.proto.durable.v1.StoredOutcome;
import io.titankv.proto.durable.v1.StoredOutcomes;
import io.titankv.proto.durable.v1.StoredSession;
import io.titankv.proto.durable.v1.WriteRequestId;
import io.titankv.proto.durable.v1.WriteResult;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the shard answered to the clients that number their writes, so that a write delivered twice is done once. A function of
 * the log alone: time is that of the entries, and who is forgotten does not depend on what a replica did before a restart.
 *
 * <p>Bounds: {@link #OUTCOMES_MAX} outcomes a client, {@link #CLIENTS_MAX} clients. A client is forgotten {@link #IDLE_MILLIS}
 * after its last write; when there are too many, the one that has been idle longest goes sooner, but never within {@link
 * #PRESSED_IDLE_MILLIS}: new clients are refused instead. Confined to the one who applies.
 */
final class Sessions {
    static final int OUTCOMES_MAX = 1024;
    static final int CLIENTS_MAX = 10_000;
    static final long IDLE_MILLIS = 15 * 60_000L;
    static final long PRESSED_IDLE_MILLIS =
            60_000; // longer than any deadline after which a client still tries again: a guess

    /** Outcomes are stored in blocks of 2^6 sequences, so that one write does not rewrite what all others gave. */
    static final int BLOCK_BITS = 6;

    /** At most so many idle clients are forgotten by one entry, so that no entry is slow. */
    private static final int FORGOTTEN_PER_ENTRY_MAX = 64;

    static final String SESSION_PREFIX = "session.";
    static final String OUTCOMES_PREFIX = "outcomes.";
    private static final HexFormat HEX = HexFormat.of();

    /** What is known of a request. */
    sealed interface Memory {
        /** Never seen: judge it. */
        record New() implements Memory {}

        /** Judged before, with this result. */
        record Remembered(WriteResult result) implements Memory {}

        /** Too old to know. */
        record Expired() implements Memory {}

        /** Never seen, and there is no room to remember its client. */
        record NoRoom() implements Memory {}
    }

    private record Client(long high, long low) implements Comparable<Client> {
        @Override
        public int compareTo(Client other) {
            int byHigh = Long.compareUnsigned(high, other.high);
            return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
        }

        String hex() {
            return HEX.toHexDigits(high) + HEX.toHexDigits(low);
        }

        static Client parse(String hex) {
            return new Client(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
        }
    }

    private record Activity(long millis, Client client) {
        static final Comparator<Activity> IDLE_LONGEST_FIRST =
                Comparator.comparingLong(Activity::millis).thenComparing(Activity::client);
    }

    private static final class Session {
        long forgottenBelow;
        long activeMillis;
        final TreeMap<Long, WriteResult> outcomes = new TreeMap<>(Long::compareUnsigned);
    }

    private final Map<Client, Session> sessions = new HashMap<>();
    private final NavigableSet<Activity> byActivity = new TreeSet<>(Activity.IDLE_LONGEST_FIRST);
    /** Blocks of outcomes changed by the current entry, of each client that it touched; in order, so that batches are equal everywhere. */
    private final TreeMap<Client, TreeSet<Long>> touched = new TreeMap<>();

    private long nowMillis;

    private Sessions() {}

    static Sessions load(ShardStore store) {
        Sessions loaded = new Sessions();
        try {
            for (Map.Entry<String, byte[]> meta :
                    store.metaWithPrefix(SESSION_PREFIX).entrySet()) {
                StoredSession stored = StoredSession.parseFrom(meta.getValue());
                Client client = Client.parse(meta.getKey().substring(SESSION_PREFIX.length()));
                Session session = new Session();
                session.forgottenBelow = stored.getForgottenBelow();
                session.activeMillis = stored.getActiveMillis();
                loaded.sessions.put(client, session);
                loaded.byActivity.add(new Activity(session.activeMillis, client));
            }
            for (Map.Entry<String, byte[]> meta :
                    store.metaWithPrefix(OUTCOMES_PREFIX).entrySet()) {
                int start = OUTCOMES_PREFIX.length();
                Session session = loaded.sessions.get(Client.parse(meta.getKey().substring(start, start + 32)));
                if (session == null) {
                    throw new ShardFaultException("outcomes of a client without a session: " + meta.getKey(), null);
                }
                for (StoredOutcome outcome :
                        StoredOutcomes.parseFrom(meta.getValue()).getOutcomesList()) {
                    session.outcomes.put(outcome.getSequence(), outcome.getResult());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ShardFaultException("metadata of sessions cannot be read", e);
        }
        return loaded;
    }

    /** Begins an entry whose stamp is of this millisecond; it never goes back. Forgets who has been idle too long. */
    void beginEntry(long entryMillis) {
        nowMillis = entryMillis;
        for (int i = 0; i < FORGOTTEN_PER_ENTRY_MAX; i++) {
            if (!maybeForgetOldest(IDLE_MILLIS)) {
                return;
            }
        }
    }

    Memory recall(WriteRequestId id) {
        Session session = sessions.get(new Client(id.getClientHigh(), id.getClientLow()));
        if (session == null) {
            if (below(id.getSequence(), id.getAnsweredBelow())) {
                return new Memory.Expired();
            }
            return sessions.size() < CLIENTS_MAX || oldestIdle(PRESSED_IDLE_MILLIS) != null
                    ? new Memory.New()
                    : new Memory.NoRoom();
        }
        WriteResult result = session.outcomes.get(id.getSequence());
        if (result != null) {
            return new Memory.Remembered(result);
        }
        boolean forgotten =
                below(id.getSequence(), session.forgottenBelow) || below(id.getSequence(), id.getAnsweredBelow());
        return forgotten ? new Memory.Expired() : new Memory.New();
    }

    /** Remembers the result of a request that {@link #recall} found to be new. */
    void remember(WriteRequestId id, WriteResult result) {
        Client client = new Client(id.getClientHigh(), id.getClientLow());
        if (!sessions.containsKey(client) && sessions.size() >= CLIENTS_MAX) {
            var _ = maybeForgetOldest(PRESSED_IDLE_MILLIS);
        }
        Session session = sessions.computeIfAbsent(client, absent -> new Session());
        active(client, session, nowMillis);
        TreeSet<Long> blocks = touched.computeIfAbsent(client, absent -> new TreeSet<>());
        blocks.add(id.getSequence() >>> BLOCK_BITS);
        session.outcomes.put(id.getSequence(), result);
        trim(session, id.getAnsweredBelow(), blocks);
    }

    private void active(Client client, Session session, long millis) {
        byActivity.remove(new Activity(session.activeMillis, client));
        session.activeMillis = millis;
        byActivity.add(new Activity(millis, client));
    }

    private static void trim(Session session, long forgottenBelow, Set<Long> blocks) {
        if (below(session.forgottenBelow, forgottenBelow)) {
            session.forgottenBelow = forgottenBelow;
        }
        while (session.outcomes.size() > OUTCOMES_MAX) {
            session.forgottenBelow = session.outcomes.firstKey() + 1;
            forgetOutcomes(session, blocks);
        }
        forgetOutcomes(session, blocks);
    }

    /** Ends the entry: adds to {@code changes} what must be stored of it. */
    void endEntry(List<ShardBatch.Change> changes) {
        touched.forEach((client, blocks) -> {
            Session session = sessions.get(client);
            changes.add(
                    session == null
                            ? new ShardBatch.Change.DeleteMeta(SESSION_PREFIX + client.hex())
                            : new ShardBatch.Change.PutMeta(
                                    SESSION_PREFIX + client.hex(),
                                    StoredSession.newBuilder()
                                            .setForgottenBelow(session.forgottenBelow)
                                            .setActiveMillis(session.activeMillis)
                                            .build()
                                            .toByteString()));
            for (long block : blocks) {
                String name = OUTCOMES_PREFIX + client.hex() + "." + HEX.toHexDigits(block);
                ByteString stored = blockOrNull(session, block);
                changes.add(
                        stored == null
                                ? new ShardBatch.Change.DeleteMeta(name)
                                : new ShardBatch.Change.PutMeta(name, stored));
            }
        });
        touched.clear();
    }

    /** Takes over what another shard answered to a client, who may ask for it here. There may be too many clients for a while then. */
    void merge(ImportedClient imported) {
        Client client = new Client(imported.getClientHigh(), imported.getClientLow());
        Session session = sessions.computeIfAbsent(client, absent -> new Session());
        active(client, session, Math.max(session.activeMillis, imported.getActiveMillis()));
        TreeSet<Long> blocks = touched.computeIfAbsent(client, absent -> new TreeSet<>());
        for (StoredOutcome outcome : imported.getOutcomesList()) {
            blocks.add(outcome.getSequence() >>> BLOCK_BITS);
            session.outcomes.putIfAbsent(outcome.getSequence(), outcome.getResult());
        }
        trim(session, imported.getForgottenBelow(), blocks);
    }

    /** The clients of which a store knows, by the names that {@link #exported} takes. */
    static List<String> clientNames(ShardStore store) {
        return store.metaWithPrefix(SESSION_PREFIX).keySet().stream()
                .map(name -> name.substring(SESSION_PREFIX.length()))
                .toList();
    }

    /** What a store knows of a client, for another shard; empty when it was forgotten. Any thread. */
    static Optional<ImportedClient> exported(ShardStore store, String name) throws InvalidProtocolBufferException {
        byte[] stored = store.metaOrNull(SESSION_PREFIX + name);
        if (stored == null) {
            return Optional.empty();
        }
        StoredSession session = StoredSession.parseFrom(stored);
        Client client = Client.parse(name);
        ImportedClient.Builder exported = ImportedClient.newBuilder()
                .setClientHigh(client.high())
                .setClientLow(client.low())
                .setForgottenBelow(session.getForgottenBelow())
                .setActiveMillis(session.getActiveMillis());
        for (byte[] block : store.metaWithPrefix(OUTCOMES_PREFIX + name + ".").values()) {
            exported.addAllOutcomes(StoredOutcomes.parseFrom(block).getOutcomesList());
        }
        return Optional.of(exported.build());
    }

    int clients() {
        return sessions.size();
    }

    private static void forgetOutcomes(Session session, Set<Long> blocks) {
        while (!session.outcomes.isEmpty() && below(session.outcomes.firstKey(), session.forgottenBelow)) {
            blocks.add(session.outcomes.pollFirstEntry().getKey() >>> BLOCK_BITS);
        }
    }

    private @Nullable Client oldestIdle(long idleMillis) {
        if (byActivity.isEmpty() || nowMillis - byActivity.first().millis() < idleMillis) {
            return null;
        }
        return byActivity.first().client();
    }

    private boolean maybeForgetOldest(long idleMillis) {
        Client client = oldestIdle(idleMillis);
        if (client == null) {
            return false;
        }
        byActivity.pollFirst();
        Session session = Invariants.present(sessions.remove(client), "every active client has a session");
        TreeSet<Long> blocks = touched.computeIfAbsent(client, absent -> new TreeSet<>());
        session.outcomes.keySet().forEach(sequence -> blocks.add(sequence >>> BLOCK_BITS));
        return true;
    }

    private static @Nullable ByteString blockOrNull(@Nullable Session session, long block) {
        if (session == null) {
            return null;
        }
        StoredOutcomes.Builder stored = StoredOutcomes.newBuilder();
        long first = block << BLOCK_BITS;
        session.outcomes
                .subMap(first, true, first + (1L << BLOCK_BITS) - 1, true)
                .forEach((sequence, result) -> stored.addOutcomes(
                        StoredOutcome.newBuilder().setSequence(sequence).setResult(result)));
        return stored.getOutcomesCount() == 0 ? null : stored.build().toByteString();
    }

    private static boolean below(long sequence, long bound) {
        return Long.compareUnsigned(sequence, bound) < 0;
    }
}
