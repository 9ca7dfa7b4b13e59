package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap.RangeEntry;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.PlacementCommand;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class PlacementStateTest {
    private PlacementState state = PlacementState.EMPTY;

    @Nested
    class BeforeTheCluster {
        @Test
        void nothingButFoundingIsAccepted() {
            refused(Refusal.NOT_FOUNDED, Commands.register(1));
            refused(Refusal.NOT_FOUNDED, Commands.layRing(2, 1));
            done(StoredForm.found(Commands.founding(3, 4)));

            assertThat(state.clusterId()).isEqualTo(Commands.CLUSTER);
            assertThat(state.placementVoters()).extracting(NodeId::value).containsExactly("n1", "n2", "n3");
            assertThat(state.awaitedNodes()).hasSize(3);
        }

        @Test
        void aFoundingWithStrangeVotersOrSettingsIsNonsense() {
            refused(
                    Refusal.NONSENSE,
                    StoredForm.found(Commands.founding(3, 4).toBuilder()
                            .addPlacementVoters("n9")
                            .build()));
            refused(
                    Refusal.NONSENSE,
                    StoredForm.found(Commands.founding(3, 4).toBuilder()
                            .clearPlacementVoters()
                            .build()));
            refused(Refusal.NONSENSE, found(settings -> settings.setReplicas(0)));
            refused(Refusal.NONSENSE, found(settings -> settings.setValueBytesMax(-1)));
            refused(Refusal.NONSENSE, found(settings -> settings.setShards(100_000)));
        }

        private PlacementCommand found(
                java.util.function.Consumer<io.titankv.proto.durable.v1.PlacementSettings.Builder> change) {
            var founding = Commands.founding(3, 4).toBuilder();
            change.accept(founding.getSettingsBuilder());
            return StoredForm.found(founding.build());
        }
    }

    @Nested
    class GivenACluster {
        GivenACluster() {
            done(StoredForm.found(Commands.founding(3, 4)));
        }

        @Test
        void foundingItAgainChangesNothingAndOtherwiseIsRefused() {
            PlacementState before = state;
            assertThat(done(StoredForm.found(Commands.founding(3, 4))).changed())
                    .isFalse();
            assertThat(state).isEqualTo(before);
            refused(Refusal.ALREADY_FOUNDED, StoredForm.found(Commands.founding(4, 4)));
            refused(
                    Refusal.FOREIGN_CLUSTER,
                    StoredForm.found(Commands.founding(3, 4).toBuilder()
                            .setClusterId("c-2")
                            .build()));
        }

        @Test
        void commandsOfAnotherClusterAreRefused() {
            refused(Refusal.FOREIGN_CLUSTER, StoredForm.register("c-2", Commands.node(1)));
        }

        @Test
        void aNodeIdOfAnotherDataDirectoryIsRefusedByName() {
            done(Commands.register(2));
            var refused =
                    refused(Refusal.NODE_ID_TAKEN, StoredForm.register(Commands.CLUSTER, Commands.node(2, "other")));
            assertThat(refused.message()).startsWith("node id n2 is already used by another data directory");
        }

        @Test
        void registeringAgainChangesNothing() {
            done(Commands.register(2));
            assertThat(done(Commands.register(2)).changed()).isFalse();
        }

        @Test
        void aNodeMayMoveItsGatewayButNotItsRaftOnceItHoldsReplicas() {
            done(Commands.register(1));
            done(Commands.register(4));
            done(StoredForm.register(Commands.CLUSTER, at(1, "elsewhere:7400", "host1:7401")));
            assertThat(state.nodes().get(new NodeId("n1"))).isEqualTo(at(1, "elsewhere:7400", "host1:7401"));
            // n1 votes for placement, n4 holds nothing.
            refused(
                    Refusal.RAFT_ADDRESS_CHANGED,
                    StoredForm.register(Commands.CLUSTER, at(1, "host1:7400", "elsewhere:7401")));
            done(StoredForm.register(Commands.CLUSTER, at(4, "host4:7400", "elsewhere:7401")));
        }

        @Test
        void anAddressOfAnotherNodeIsRefused() {
            done(Commands.register(1));
            refused(Refusal.ADDRESS_TAKEN, StoredForm.register(Commands.CLUSTER, at(2, "host2:7400", "host1:7401")));
            refused(Refusal.ADDRESS_TAKEN, StoredForm.register(Commands.CLUSTER, at(2, "host1:7400", "host2:7401")));
        }

        @Test
        void theFirstRingBeginsTheFirstEpochAndThereIsNoSecond() {
            registerThree();
            done(Commands.layRing(4, 3));

            assertThat(state.epoch()).isEqualTo(new Epoch(1));
            assertThat(state.groups()).hasSize(4);
            assertThat(state.groups().values())
                    .allMatch(group -> group.state() == GroupRecord.State.CREATING
                            && group.ownershipEpoch().equals(new Epoch(1)));
            assertThat(state.rangesOf(new GroupId(2))).hasSize(1);
            refused(Refusal.RING_EXISTS, Commands.layRing(2, 3));
        }

        @Test
        void aRingThatMakesNoSenseIsRefused() {
            registerThree();
            GroupId s1 = new GroupId(1);
            NodeId n1 = new NodeId("n1");
            RangeEntry whole = new RangeEntry(TokenRange.WHOLE, s1);
            refused(Refusal.NONSENSE, ring(List.of(n1), List.of()));
            refused(Refusal.NONSENSE, ring(List.of(n1), List.of(new RangeEntry(new TokenRange(0, 5), s1))));
            refused(
                    Refusal.NONSENSE,
                    ring(
                            List.of(n1),
                            List.of(
                                    new RangeEntry(new TokenRange(0, 5), s1),
                                    new RangeEntry(new TokenRange(4, 0), s1))));
            refused(Refusal.NONSENSE, ring(List.of(n1), List.of(new RangeEntry(TokenRange.WHOLE, new GroupId(2)))));
            refused(Refusal.NONSENSE, ring(List.of(n1), List.of(new RangeEntry(TokenRange.WHOLE, new GroupId(0)))));
            refused(Refusal.NONSENSE, ring(List.of(n1, n1), List.of(whole)));
            refused(Refusal.NONSENSE, ring(List.of(new NodeId("n9")), List.of(whole)));
            refused(Refusal.NONSENSE, ring(List.of(), List.of(whole)));
            done(ring(List.of(n1), List.of(whole)));
        }

        @Test
        void aGroupServesOnceItIsMarked() {
            registerThree();
            done(Commands.layRing(2, 3));
            done(StoredForm.markServing(Commands.CLUSTER, new GroupId(2)));
            assertThat(state.groups())
                    .hasEntrySatisfying(
                            new GroupId(2), group -> assertThat(group.state()).isEqualTo(GroupRecord.State.SERVING));
            assertThat(state.epoch()).isEqualTo(new Epoch(1));
            assertThat(done(StoredForm.markServing(Commands.CLUSTER, new GroupId(2)))
                            .changed())
                    .isFalse();
            refused(Refusal.GROUP_UNKNOWN, StoredForm.markServing(Commands.CLUSTER, new GroupId(7)));
        }

        private void registerThree() {
            done(Commands.register(1));
            done(Commands.register(2));
            done(Commands.register(3));
        }

        private PlacementCommand ring(List<NodeId> members, List<RangeEntry> ring) {
            return StoredForm.layRing(Commands.CLUSTER, new TreeMap<>(Map.of(new GroupId(1), members)), ring);
        }

        private NodeRecord at(int number, String gateway, String raft) {
            NodeRecord node = Commands.node(number);
            return NodeRecord.of(
                    node.id(), node.incarnation(), gateway, raft, node.labels(), node.cores(), node.diskBytes(), "1");
        }
    }

    @Test
    void bytesThatAreNoCommandAreRefused() {
        var applied = StoredForm.apply(state, ByteString.copyFromUtf8("\u0007 nonsense"));
        assertThat(applied.result())
                .isInstanceOfSatisfying(
                        CommandResult.Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.MALFORMED));
        assertThat(applied.state()).isEqualTo(state);
    }

    @Test
    void anOlderFormatIsRefusedAndANewerOneStopsTheReplica() {
        PlacementCommand command = StoredForm.found(Commands.founding(1, 1));
        refused(Refusal.UNKNOWN_FORMAT, command.toBuilder().setFormat(0).build());
        PlacementCommand newer =
                command.toBuilder().setFormat(PlacementState.FORMAT + 1).build();
        assertThatThrownBy(() -> state.apply(newer)).isInstanceOf(UnsupportedFormatException.class);
    }

    @Test
    void aBrokenSnapshotIsNotOpened() {
        done(StoredForm.found(Commands.founding(1, 1)));
        done(Commands.register(1));
        done(Commands.layRing(2, 1));
        var snapshot = StoredForm.snapshot(state, new LogPosition(1, 9)).toBuilder();
        snapshot.removeRing(0);
        assertThatThrownBy(() -> StoredForm.state(snapshot.build())).isInstanceOf(IllegalStateException.class);
    }

    private CommandResult.Done done(PlacementCommand command) {
        var applied = state.apply(command);
        assertThat(applied.result()).isInstanceOf(CommandResult.Done.class);
        state = applied.state();
        assertThat(CommandResult.fromBytes(applied.result().toBytes())).isEqualTo(applied.result());
        return (CommandResult.Done) applied.result();
    }

    private CommandResult.Refused refused(Refusal why, PlacementCommand command) {
        var applied = state.apply(command);
        assertThat(applied.state()).isEqualTo(state);
        assertThat(applied.result()).isInstanceOf(CommandResult.Refused.class);
        CommandResult.Refused refused = (CommandResult.Refused) applied.result();
        assertThat(refused.refusal()).isEqualTo(why);
        assertThat(refused.message()).isNotEmpty();
        assertThat(CommandResult.fromBytes(refused.toBytes())).isEqualTo(refused);
        return refused;
    }
}
