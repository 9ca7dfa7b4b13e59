package io.titankv.placement.run;

import com.google.common.primitives.Longs;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.CommittedMembership;
import io.titankv.multiraft.host.Member;
import io.titankv.multiraft.host.ReplicaStatus;
import io.titankv.proto.internal.v1.GroupMembers;
import io.titankv.proto.internal.v1.ReplicaState;
import io.titankv.proto.internal.v1.TransferPart;
import java.util.List;

/** A replica's report on its way to placement. Pure. */
final class ReplicaStates {
    private ReplicaStates() {}

    /** @param sampledTokens of operations since the last report */
    static ReplicaState of(ReplicaReport report, long[] sampledTokens) {
        ReplicaStatus status = report.status();
        NodeId leader = status.leader();
        String fault = status.fault();
        ReplicaState.Builder state = ReplicaState.newBuilder()
                .setGroup(report.group().toString())
                .setRole(role(status))
                .setTerm(status.term())
                .setLeaderNodeId(leader == null ? "" : leader.value())
                .setCommitIndex(status.commitIndex())
                .setAppliedIndex(status.appliedIndex())
                .setFault(fault == null ? "" : fault)
                .setRanges(report.ranges())
                .setOwnershipEpoch(report.ownershipEpoch().value())
                .setKeys(report.keys())
                .setLiveBytes(report.liveBytes())
                .setDeadBytes(report.deadBytes())
                .setOperations(report.operations())
                .addAllSampledTokens(Longs.asList(sampledTokens));
        report.members().ifPresent(members -> state.setMembers(members(members)));
        report.transfer().ifPresent(transfer -> state.setTransfer(transfer(transfer)));
        return state.build();
    }

    private static TransferPart transfer(TransferReport report) {
        return TransferPart.newBuilder()
                .setSettled(report.settled())
                .setTransfer(report.transfer())
                .setSide(
                        switch (report.side()) {
                            case NONE -> TransferPart.Side.SIDE_UNSPECIFIED;
                            case IMPORTING -> TransferPart.Side.SIDE_IMPORTING;
                            case FROZEN -> TransferPart.Side.SIDE_FROZEN;
                        })
                .setComplete(report.complete())
                .setCaughtUp(report.caughtUp())
                .setKeysCopied(report.keysCopied())
                .setBytesCopied(report.bytesCopied())
                .setKeysLeft(report.keysLeft())
                .setBytesPerSecond(report.bytesPerSecond())
                .setFailure(report.failure())
                .setAttempts(report.attempts())
                .build();
    }

    private static GroupMembers members(CommittedMembership committed) {
        return GroupMembers.newBuilder()
                .addAllVoters(names(committed.members().voters()))
                .addAllLearners(names(committed.members().learners()))
                .setLogIndex(committed.logIndex())
                .build();
    }

    private static List<String> names(List<Member> members) {
        return members.stream().map(member -> member.node().value()).sorted().toList();
    }

    /** A leader that is not ready yet is told as the candidate that it was: nobody should send to it. */
    private static ReplicaState.Role role(ReplicaStatus status) {
        return switch (status.role()) {
            case LEADER -> status.ready() ? ReplicaState.Role.ROLE_LEADER : ReplicaState.Role.ROLE_CANDIDATE;
            case FOLLOWER -> ReplicaState.Role.ROLE_FOLLOWER;
            case CANDIDATE -> ReplicaState.Role.ROLE_CANDIDATE;
            case LEARNER -> ReplicaState.Role.ROLE_LEARNER;
            case DOWN -> ReplicaState.Role.ROLE_DOWN;
        };
    }
}
