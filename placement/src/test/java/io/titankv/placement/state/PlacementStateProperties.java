package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.placement.plan.NodeModel.Intent;
import io.titankv.placement.state.OperationRecord.Phase;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever commands come, in whatever order. */
final class PlacementStateProperties {

    @Property(tries = 300)
    void theSameCommandsGiveTheSameStatesAndResults(@ForAll("commands") List<ByteString> commands) {
        assertThat(run(commands)).isEqualTo(run(commands));
    }

    @Property(tries = 300)
    void everyStateHoldsItsInvariants(@ForAll("commands") List<ByteString> commands) {
        PlacementState before = PlacementState.EMPTY;
        for (ByteString command : commands) {
            var applied = StoredForm.apply(before, command);
            PlacementState after = applied.state();
            assertRingIsWhole(after);
            after.groups().values().forEach(group -> {
                assertThat(new HashSet<>(group.members())).hasSameSizeAs(group.members());
                assertThat(after.nodes().keySet()).containsAll(group.roster().everybody());
            });
            if (owners(before).equals(owners(after))) {
                assertThat(after.epoch()).isEqualTo(before.epoch());
            } else {
                assertThat(after.epoch()).isEqualTo(before.epoch().next());
            }
            boolean changed = applied.result() instanceof CommandResult.Done done && done.changed();
            assertThat(after.revision()).isEqualTo(before.revision() + (changed ? 1 : 0));
            assertThat(after.equals(before)).isEqualTo(!changed);
            before = after;
        }
    }

    @Property(tries = 300)
    void aSnapshotIsTheState(@ForAll("commands") List<ByteString> commands) {
        PlacementState state = run(commands).getLast().state();
        LogPosition position = new LogPosition(3, commands.size());
        var snapshot = StoredForm.snapshot(state, position);
        assertThat(StoredForm.state(snapshot)).isEqualTo(new StoredForm.Positioned(state, position));
        assertThat(StoredForm.snapshot(state, position).toByteString()).isEqualTo(snapshot.toByteString());
    }

    private static List<PlacementState.Applied> run(List<ByteString> commands) {
        List<PlacementState.Applied> run = new ArrayList<>();
        PlacementState state = PlacementState.EMPTY;
        for (ByteString command : commands) {
            var applied = StoredForm.apply(state, command);
            run.add(applied);
            state = applied.state();
        }
        return run;
    }

    private static void assertRingIsWhole(PlacementState state) {
        if (state.ring().isEmpty()) {
            return;
        }
        long at = 0;
        for (RangeEntry entry : state.ring()) {
            assertThat(entry.range().startInclusive()).isEqualTo(at);
            assertThat(state.groups()).containsKey(entry.owner());
            at = entry.range().endExclusive();
        }
        assertThat(at).isZero();
    }

    private static List<RangeEntry> owners(PlacementState state) {
        return state.ring();
    }

    @Provide
    Arbitrary<List<ByteString>> commands() {
        Arbitrary<PlacementCommand> sensible = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.integers().between(1, 4).map(n -> StoredForm.found(Commands.founding(n, 2)))),
                Tuple.of(8, Arbitraries.integers().between(1, 5).map(Commands::register)),
                Tuple.of(
                        1,
                        Arbitraries.integers()
                                .between(1, 5)
                                .map(n -> StoredForm.register(Commands.CLUSTER, Commands.node(n, "stranger")))),
                Tuple.of(
                        4,
                        Arbitraries.integers()
                                .between(1, 4)
                                .flatMap(groups -> Arbitraries.integers()
                                        .between(1, 4)
                                        .map(members -> Commands.layRing(groups, members)))),
                Tuple.of(
                        4,
                        Arbitraries.integers()
                                .between(1, 5)
                                .map(n -> StoredForm.markServing(Commands.CLUSTER, new GroupId(n)))),
                Tuple.of(8, members()),
                Tuple.of(8, operations()),
                Tuple.of(12, transfers()),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                StoredForm.markServing("c-2", new GroupId(1)),
                                PlacementCommand.newBuilder()
                                        .setFormat(1)
                                        .setClusterId(Commands.CLUSTER)
                                        .build())));
        Arbitrary<ByteString> garbage = Arbitraries.bytes()
                .array(byte[].class)
                .ofMaxSize(20)
                .map(ByteString::copyFrom)
                // A format from the future is met by an exception, which has a test of its own.
                .filter(bytes -> formatOf(bytes) <= PlacementState.FORMAT);
        return Arbitraries.frequencyOf(Tuple.of(20, sensible.map(PlacementCommand::toByteString)), Tuple.of(1, garbage))
                .list()
                .ofMinSize(1)
                .ofMaxSize(30);
    }

    private static Arbitrary<PlacementCommand> members() {
        Arbitrary<NodeId> nodes = Arbitraries.integers().between(1, 5).map(n -> new NodeId("n" + n));
        Arbitrary<GroupId> groups = Arbitraries.integers().between(0, 2).map(GroupId::new);
        Arbitrary<Long> indexes = Arbitraries.longs().between(0, 20);
        return Arbitraries.oneOf(
                Combinators.combine(groups, nodes).as((group, node) -> MembersForm.join(Commands.CLUSTER, group, node)),
                Combinators.combine(groups, nodes)
                        .as((group, node) -> MembersForm.giveUp(Commands.CLUSTER, group, node)),
                Combinators.combine(groups, nodes)
                        .as((group, node) -> MembersForm.forget(Commands.CLUSTER, group, node)),
                Combinators.combine(
                                groups, nodes.set().ofMaxSize(4), nodes.set().ofMaxSize(2), indexes)
                        .as((group, voters, learners, index) ->
                                MembersForm.confirm(Commands.CLUSTER, group, voters, learners, index)));
    }

    private static Arbitrary<PlacementCommand> transfers() {
        Arbitrary<Long> ids = Arbitraries.longs().between(1, 3);
        Arbitrary<GroupId> groups = Arbitraries.integers().between(1, 4).map(GroupId::new);
        Arbitrary<Long> starts = Arbitraries.longs().between(0, 3).map(quarter -> quarter << 61);
        return Arbitraries.oneOf(
                Combinators.combine(ids, starts, groups, groups)
                        .filter((id, start, from, to) -> !from.equals(to))
                        .as((id, start, from, to) -> TransferForm.begin(
                                Commands.CLUSTER, id, List.of(new TokenRange(start, start + 1_000)), from, to, 1)),
                ids.map(id -> TransferForm.freeze(Commands.CLUSTER, id)),
                ids.map(id -> TransferForm.commit(Commands.CLUSTER, id)),
                ids.map(id -> TransferForm.abort(Commands.CLUSTER, id, "why not")),
                ids.map(id -> TransferForm.end(Commands.CLUSTER, id)),
                groups.map(group -> TransferForm.formGroup(Commands.CLUSTER, group, List.of(new NodeId("n1")))),
                groups.map(group -> TransferForm.retireGroup(Commands.CLUSTER, group)),
                groups.map(group -> TransferForm.forgetGroup(Commands.CLUSTER, group)));
    }

    private static Arbitrary<PlacementCommand> operations() {
        Arbitrary<Long> ids = Arbitraries.longs().between(1, 4);
        Arbitrary<NodeId> nodes = Arbitraries.integers().between(1, 5).map(n -> new NodeId("n" + n));
        return Arbitraries.oneOf(
                Combinators.combine(ids, Arbitraries.of(Phase.PLANNED, Phase.RUNNING, Phase.DONE))
                        .as((id, phase) -> OperationForm.begin(Commands.CLUSTER, Commands.operation(id, phase))),
                Combinators.combine(
                                ids, Arbitraries.integers().between(0, 3).set().ofMaxSize(3))
                        .as((id, places) -> OperationForm.advance(Commands.CLUSTER, id, places, Map.of())),
                ids.map(id -> OperationForm.apply(Commands.CLUSTER, id)),
                ids.map(id -> OperationForm.cancel(Commands.CLUSTER, id, List.of(), "why not")),
                Combinators.combine(ids, Arbitraries.of(Phase.DONE, Phase.FAILED, Phase.RUNNING))
                        .as((id, phase) -> OperationForm.end(Commands.CLUSTER, id, phase, "")),
                Combinators.combine(nodes, Arbitraries.of(Intent.values()))
                        .as((node, intent) -> WishesForm.changeIntent(Commands.CLUSTER, node, intent)),
                Arbitraries.of(true, false)
                        .map(heal -> WishesForm.setSchedulers(
                                Commands.CLUSTER, new Wishes.Schedulers(heal, true, true, true))));
    }

    private static int formatOf(ByteString bytes) {
        try {
            return PlacementCommand.parseFrom(bytes).getFormat();
        } catch (InvalidProtocolBufferException e) {
            return 0;
        }
    }
}
