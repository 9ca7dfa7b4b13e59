package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.Key;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.ProposeOutcome;
import io.titankv.multiraft.transfer.ImportOrder;
import io.titankv.multiraft.transfer.ImportProgress;
import io.titankv.multiraft.transfer.ImportTarget.Standing;
import io.titankv.multiraft.transfer.RangeExportServer;
import io.titankv.multiraft.transfer.RangeImports;
import io.titankv.proto.internal.v1.OpenExportRequest;
import io.titankv.proto.internal.v1.RangeExportGrpc;
import io.titankv.proto.internal.v1.ReadExportRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ranges are copied between two shards by the parts that do it in a cluster, over gRPC in this process. */
class RangeImportTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TokenRange MOVING = new TokenRange(0, Long.MIN_VALUE);
    private static final GroupId FROM = new GroupId(1);
    private static final GroupId TO = new GroupId(2);
    private static final int KEYS = 400;

    private final ShardFixture source = ShardFixture.owningAll();
    private final ShardFixture target = new ShardFixture();
    private final SimReplica sourceReplica = new SimReplica();
    private final SimReplica targetReplica = new SimReplica();
    private final AtomicInteger proposals = new AtomicInteger();
    private final AtomicInteger news = new AtomicInteger();
    private volatile List<NodeId> fullDisks = List.of();
    private final String name = UUID.randomUUID().toString();

    private RangeExportServer exports;
    private Server server;
    private ManagedChannel channel;
    private RangeImports imports;

    @BeforeEach
    void start() throws IOException {
        var _ = target.assign(new Epoch(1), List.of());
        sourceReplica.proposing = entry -> CompletableFuture.completedFuture(give(source, entry));
        targetReplica.proposing = entry -> CompletableFuture.completedFuture(give(target, entry));
        targetReplica.entryBytesMax = 4_000;
        exports = RangeExportServer.start(
                "c1", group -> group.equals(FROM) ? Optional.of(source.machine) : Optional.empty());
        server =
                InProcessServerBuilder.forName(name).addService(exports).build().start();
        channel = InProcessChannelBuilder.forName(name).build();
        imports = new RangeImports("c1", address -> channel, news::incrementAndGet);
        for (int i = 0; i < KEYS; i++) {
            assertThat(source.write(TestWrites.put("k" + i, "v" + i))).isInstanceOf(WriteOutcome.Written.class);
        }
    }

    @AfterEach
    void stop() {
        imports.close();
        channel.shutdownNow();
        server.shutdownNow();
        exports.close();
    }

    private static ProposeOutcome give(ShardFixture shard, ByteString entry) {
        synchronized (shard) {
            ByteString result = shard.give(entry);
            return new ProposeOutcome.Applied(shard.log.getLast().position(), result);
        }
    }

    private ShardTransfers sourceSide() {
        return new ShardTransfers(sourceReplica, source.machine, List::of);
    }

    private ShardTransfers targetSide() {
        return new ShardTransfers(targetReplica, target.machine, () -> fullDisks);
    }

    private void order(long transfer, GroupId from) {
        imports.order(
                TO,
                new ImportOrder(transfer, List.of(MOVING), from, List.of("node:1"), 0),
                targetSide().importTarget());
    }

    private ImportProgress progress(long transfer) {
        return imports.progress(TO, transfer).orElse(ImportProgress.NONE);
    }

    private void put(String key, String value) {
        synchronized (source) {
            assertThat(source.write(TestWrites.put(key, value))).isInstanceOf(WriteOutcome.Written.class);
        }
    }

    private void awaitCaughtUp(long transfer) {
        await().atMost(PATIENCE).until(() -> progress(transfer).caughtUp());
    }

    private void complete(long transfer) {
        done(sourceSide().freeze(transfer, List.of(MOVING), PATIENCE));
        await().atMost(PATIENCE).until(() -> targetSide().importTarget().standing(transfer) == Standing.COMPLETE);
    }

    private static void done(CompletableFuture<String> step) {
        assertThat(step.join()).isEmpty();
    }

    private void commit(long transfer) {
        done(targetSide().settleImport(transfer, Optional.of(new Epoch(2)), PATIENCE));
        done(sourceSide().settleExport(transfer, Optional.of(new Epoch(2)), PATIENCE));
    }

    private void assertTargetHasWhatWasWritten(String changedKey, String changedValue) {
        for (int i = 0; i < KEYS; i++) {
            Key key = Key.of("k" + i);
            boolean moves = MOVING.contains(key.token());
            String expected = ("k" + i).equals(changedKey) ? changedValue : "v" + i;
            assertThat(value(target, key)).isEqualTo(moves ? expected : null);
            assertThat(value(source, key)).isEqualTo(moves ? null : "v" + i);
        }
    }

    private static @Nullable String value(ShardFixture shard, Key key) {
        var found = shard.store().getOrNull(key.token().bits(), key.toStored());
        return found == null ? null : ByteString.copyFrom(found.valueArray()).toStringUtf8();
    }

    private static String movingKey() {
        for (int i = 0; i < KEYS; i++) {
            if (MOVING.contains(Key.of("k" + i).token())) {
                return "k" + i;
            }
        }
        throw new AssertionError("no key moves");
    }

    @Test
    void what_changes_while_ranges_are_copied_arrives_too() {
        order(1, FROM);
        awaitCaughtUp(1);
        assertThat(progress(1).keysCopied()).isPositive();
        assertThat(targetSide().status().side()).isEqualTo(TransferState.Side.IMPORTING);
        put(movingKey(), "changed");
        complete(1);
        assertThat(sourceSide().status().side()).isEqualTo(TransferState.Side.FROZEN);
        commit(1);
        assertTargetHasWhatWasWritten(movingKey(), "changed");
        assertThat(news.get()).isPositive();
        assertThat(targetSide().status()).isEqualTo(new TransferState(1, 0, TransferState.Side.NONE, false, 0));
    }

    @Test
    void parts_are_taken_once_however_their_proposals_end() {
        targetReplica.proposing = entry -> CompletableFuture.completedFuture(
                switch (proposals.incrementAndGet() % 5) {
                    case 1 -> new ProposeOutcome.Busy();
                    case 3 -> {
                        var _ = give(target, entry);
                        yield new ProposeOutcome.Undetermined("the answer was lost");
                    }
                    default -> give(target, entry);
                });
        order(1, FROM);
        awaitCaughtUp(1);
        put(movingKey(), "changed");
        complete(1);
        targetReplica.proposing = entry -> CompletableFuture.completedFuture(give(target, entry));
        commit(1);
        assertTargetHasWhatWasWritten(movingKey(), "changed");
    }

    @Test
    void an_attempt_that_lost_its_export_begins_from_nothing() {
        order(1, FROM);
        awaitCaughtUp(1);
        String deleted = movingKey();
        exports.close();
        RangeExportServer again = RangeExportServer.start("c1", group -> Optional.of(source.machine));
        exports = again;
        server.shutdownNow();
        // Nobody notes this deletion for the import: the next attempt must not know the key.
        synchronized (source) {
            assertThat(source.write(TestWrites.delete(deleted))).isInstanceOf(WriteOutcome.Written.class);
        }
        await().atMost(PATIENCE).until(() -> !progress(1).failure().isEmpty());
        server = startAgain(again);
        await().atMost(PATIENCE).until(() -> {
            order(1, FROM);
            return progress(1).caughtUp();
        });
        assertThat(targetSide().status().attempts()).isGreaterThan(1);
        complete(1);
        commit(1);
        assertThat(value(target, Key.of(deleted))).isNull();
    }

    private Server startAgain(RangeExportServer service) {
        return await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> InProcessServerBuilder.forName(name)
                                .addService(service)
                                .build()
                                .start(),
                        started -> true);
    }

    @Test
    void a_transfer_that_is_given_up_leaves_nothing() {
        order(1, FROM);
        awaitCaughtUp(1);
        done(targetSide().settleImport(1, Optional.empty(), PATIENCE));
        done(sourceSide().settleExport(1, Optional.empty(), PATIENCE));
        assertThat(target.store().count(0, 0)).isZero();
        assertThat(source.store().count(0, 0)).isEqualTo(KEYS);
        await().atMost(PATIENCE).until(() -> imports.progress(TO, 1).isEmpty());
        order(2, FROM);
        awaitCaughtUp(2);
        complete(2);
        commit(2);
        assertTargetHasWhatWasWritten("", "");
    }

    @Test
    void says_why_it_cannot_copy() {
        fullDisks = List.of(new NodeId("n1"));
        order(2, FROM);
        await().atMost(PATIENCE).until(() -> progress(2).failure().contains("nearly full"));
        order(1, new GroupId(9));
        await().atMost(PATIENCE).until(() -> progress(1).failure().contains("no such group on this node: s9"));
    }

    @Test
    void ends_when_the_shard_is_led_elsewhere() {
        order(1, FROM);
        awaitCaughtUp(1);
        targetReplica.status = SimReplica.follower(Duration.ZERO, 1, 1);
        await().atMost(PATIENCE).until(() -> imports.progress(TO, 1).isEmpty());
        targetReplica.status = SimReplica.leader(true);
        order(1, FROM);
        awaitCaughtUp(1);
    }

    @Test
    void an_export_gives_its_last_part_again_and_no_other() {
        var stub = RangeExportGrpc.newBlockingStub(channel);
        String id = stub.openExport(OpenExportRequest.newBuilder()
                        .setClusterId("c1")
                        .setGroup("s1")
                        .setTransfer(1)
                        .addAllRanges(ShardCommands.owned(List.of(MOVING)))
                        .build())
                .getExportId();
        var first =
                ReadExportRequest.newBuilder().setExportId(id).setBytesMax(100).build();
        assertThat(stub.readExport(first)).isEqualTo(stub.readExport(first));
        assertThat(stub.readExport(first).getRecordsList()).isNotEmpty();
        var _ = stub.readExport(first.toBuilder().setSequence(1).build());
        assertThatThrownBy(() -> stub.readExport(first))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE))
                .hasMessageContaining("part 0 is asked for, 2 is next");
    }

    @Test
    void an_export_needs_a_shard_that_owns_the_ranges() {
        order(1, FROM);
        awaitCaughtUp(1);
        complete(1);
        commit(1);
        assertThatThrownBy(() -> source.machine.openExport(2, List.of(MOVING))).hasMessageContaining("does not own");
        assertThatThrownBy(() -> source.machine.openExport(1, List.of(MOVING)))
                .hasMessageContaining("transfer 1 is settled");
    }
}
