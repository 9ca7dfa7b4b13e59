package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.Replica;
import io.titankv.proto.internal.v1.ChangeMembers;
import io.titankv.proto.internal.v1.CreateReplica;
import io.titankv.proto.internal.v1.GroupMember;
import io.titankv.proto.internal.v1.Instruction;
import io.titankv.proto.internal.v1.RemoveReplica;
import io.titankv.proto.internal.v1.TransferLeadership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OrdersTest {
    private final AtomicInteger told = new AtomicInteger();
    private final Node node = new Node();
    private final Orders orders = new Orders(node, Runnable::run, told::incrementAndGet);

    /** Does what it is told, or does not. */
    private static final class Node implements NodeActions {
        final List<GroupId> created = new ArrayList<>();
        boolean creates = true;
        CompletableFuture<Boolean> transfer = new CompletableFuture<>();
        int transfers;
        final List<String> transferOrders = new ArrayList<>();
        final List<Membership> changes = new ArrayList<>();
        CompletableFuture<Boolean> change = new CompletableFuture<>();

        @Override
        public Optional<Replica> placementReplica() {
            return Optional.empty();
        }

        @Override
        public void createReplica(GroupId group, List<Member> members) {
            if (!creates) {
                throw new IllegalStateException("disk is full");
            }
            created.add(group);
        }

        @Override
        public void removeReplica(GroupId group) {
            created.remove(group);
        }

        @Override
        public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
            transfers++;
            return transfer;
        }

        @Override
        public CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted) {
            changes.add(wanted);
            return change;
        }

        @Override
        public void importRanges(RangeImport order) {
            transferOrders.add("import " + order.transfer() + " " + order.ranges() + " from " + order.from() + " at "
                    + order.sourceAddresses() + ", " + order.bytesPerSecondMax());
        }

        @Override
        public CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges) {
            transferOrders.add("freeze " + transfer + " " + ranges);
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Boolean> settleTransfer(
                GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
            transferOrders.add("settle " + transfer + " " + (importing ? "import " : "export ") + committed);
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void limitCopies(long bytesPerSecondMax) {
            throw new IllegalStateException("no order says this: " + bytesPerSecondMax);
        }

        @Override
        public List<ReplicaReport> localReplicas() {
            return List.of();
        }

        @Override
        public long[] drainSampledTokens(GroupId group) {
            return new long[0];
        }

        @Override
        public DiskSpace diskSpace() {
            return new DiskSpace(1, 1);
        }
    }

    private static Instruction transfer() {
        return Instruction.newBuilder()
                .setTransferLeadership(
                        TransferLeadership.newBuilder().setGroup("s1").setTargetNodeId("n2"))
                .build();
    }

    private static Instruction change() {
        return Instruction.newBuilder()
                .setChangeMembers(ChangeMembers.newBuilder()
                        .setGroup("s1")
                        .addVoters(GroupMember.newBuilder().setNodeId("n1").setRaftAddress("n1:1"))
                        .addLearners(GroupMember.newBuilder().setNodeId("n2").setRaftAddress("n2:1")))
                .build();
    }

    private static Instruction create() {
        return Instruction.newBuilder()
                .setCreateReplica(CreateReplica.newBuilder().setGroup("s1"))
                .build();
    }

    @Test
    void whatWasDoneIsTold() {
        orders.carryOut(List.of(create()));
        assertThat(node.created).containsExactly(new GroupId(1));
        assertThat(told).hasValue(1);
    }

    /** Placement would give the order again at once, and again. */
    @Test
    void whatFailedIsNotTold() {
        node.creates = false;
        node.transfer = CompletableFuture.completedFuture(false);
        orders.carryOut(List.of(create(), transfer()));
        node.transfer = CompletableFuture.failedFuture(new IllegalStateException("not the leader"));
        orders.carryOut(List.of(transfer()));
        assertThat(node.transfers).isEqualTo(2);
        assertThat(told).hasValue(0);
    }

    @Test
    void anOrderThatIsUnderWayIsNotBegunAgain() {
        orders.carryOut(List.of(transfer()));
        orders.carryOut(List.of(transfer()));
        assertThat(node.transfers).isEqualTo(1);
        assertThat(told).hasValue(0);
        node.transfer.complete(true);
        assertThat(told).hasValue(1);
        orders.carryOut(List.of(transfer()));
        assertThat(node.transfers).isEqualTo(2);
    }

    @Test
    void membersAreChangedOncePerGroupAtATime() {
        orders.carryOut(List.of(change()));
        orders.carryOut(List.of(change(), transfer()));

        assertThat(node.changes)
                .containsExactly(new Membership(
                        List.of(new Member(new NodeId("n1"), "n1:1")), List.of(new Member(new NodeId("n2"), "n2:1"))));
        assertThat(node.transfers).isZero();
        node.change.complete(true);
        assertThat(told).hasValue(1);
    }

    @Test
    void aReplicaThatIsToGoIsDeleted() {
        orders.carryOut(List.of(create()));
        orders.carryOut(List.of(Instruction.newBuilder()
                .setRemoveReplica(RemoveReplica.newBuilder().setGroup("s1"))
                .build()));
        assertThat(node.created).isEmpty();
        assertThat(told).hasValue(2);
    }
}
