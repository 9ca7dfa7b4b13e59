package io.titankv.placement.run;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.Membership;
import io.titankv.multiraft.host.Replica;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Carries orders out as the node does, and notes in the node's identity when the placement replica comes and goes: one that is missing
 * though it was not given away was lost. Thread-safe.
 */
final class NotedPlacementReplica implements NodeActions {
    private final NodeActions actions;
    private final IdentityStore identity;

    NotedPlacementReplica(NodeActions actions, IdentityStore identity) {
        this.actions = actions;
        this.identity = identity;
    }

    @Override
    public Optional<Replica> placementReplica() {
        return actions.placementReplica();
    }

    @Override
    public void createReplica(GroupId group, List<Member> members) {
        actions.createReplica(group, members);
        if (group.isPlacement()) {
            identity.placementReplicaCreated();
        }
    }

    @Override
    public void removeReplica(GroupId group) {
        if (group.isPlacement()) {
            // First, so that a node that stops in between is not taken for one that lost it.
            identity.placementReplicaRemoved();
        }
        actions.removeReplica(group);
    }

    @Override
    public CompletableFuture<Boolean> assignRanges(GroupId group, Epoch epoch, List<TokenRange> ranges) {
        return actions.assignRanges(group, epoch, ranges);
    }

    @Override
    public void limitCopies(long bytesPerSecondMax) {
        actions.limitCopies(bytesPerSecondMax);
    }

    @Override
    public CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target) {
        return actions.transferLeadership(group, target);
    }

    @Override
    public CompletableFuture<Boolean> changeMembers(GroupId group, Membership expected, Membership wanted) {
        return actions.changeMembers(group, expected, wanted);
    }

    @Override
    public void importRanges(RangeImport order) {
        actions.importRanges(order);
    }

    @Override
    public CompletableFuture<Boolean> freezeRanges(GroupId group, long transfer, List<TokenRange> ranges) {
        return actions.freezeRanges(group, transfer, ranges);
    }

    @Override
    public CompletableFuture<Boolean> settleTransfer(
            GroupId group, long transfer, boolean importing, Optional<Epoch> committed) {
        return actions.settleTransfer(group, transfer, importing, committed);
    }

    @Override
    public List<ReplicaReport> localReplicas() {
        return actions.localReplicas();
    }

    @Override
    public long[] drainSampledTokens(GroupId group) {
        return actions.drainSampledTokens(group);
    }

    @Override
    public DiskSpace diskSpace() {
        return actions.diskSpace();
    }
}
