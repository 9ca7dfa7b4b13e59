package io.titankv.multiraft.host;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.apache.ratis.protocol.exceptions.ReconfigurationInProgressException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.jspecify.annotations.Nullable;

/** The administrative requests that a node makes of its own Ratis server. */
record RatisRequests(NodeContext node) {
    private static final Duration SNAPSHOT_TIME_MAX = Duration.ofSeconds(60);

    /** Opening and closing are bounded by what the state machine does there; this only keeps a bug from hanging a start for ever. */
    private static final Duration GROUP_TIME_MAX = Duration.ofMinutes(10);

    void add(GroupId group, List<Member> initialMembers) throws IOException {
        List<RaftPeer> peers = initialMembers.stream().map(Positions::toRatis).toList();
        // format=false: opens what is there, and begins anew where nothing is.
        await(node.server()
                .groupManagementAsync(GroupManagementRequest.newAdd(
                        node.clientId(), self(), node.nextCallId(), RaftGroup.valueOf(id(group), peers), false)));
    }

    void remove(GroupId group) throws IOException {
        await(node.server()
                .groupManagementAsync(GroupManagementRequest.newRemove(
                        node.clientId(), self(), node.nextCallId(), id(group), true, false)));
    }

    /** Stops the division; its directory stays. */
    void stop(GroupId group) throws IOException {
        await(node.server()
                .groupManagementAsync(GroupManagementRequest.newRemove(
                        node.clientId(), self(), node.nextCallId(), id(group), false, false)));
    }

    CompletableFuture<Boolean> transferLeadership(GroupId group, NodeId target, Duration timeout) {
        return handOver(group, Positions.toRatis(target), timeout).thenApply(Optional::isEmpty);
    }

    /** Ends this replica's leadership for nobody in particular. Completes with why it did not; empty: it did. */
    CompletableFuture<Optional<String>> stepDown(GroupId group, Duration timeout) {
        return handOver(group, null, timeout);
    }

    private CompletableFuture<Optional<String>> handOver(GroupId group, @Nullable RaftPeerId target, Duration timeout) {
        long answerMillisMax = timeout.toMillis() * 2;
        try {
            return node.server()
                    .transferLeadershipAsync(new TransferLeadershipRequest(
                            node.clientId(), self(), id(group), node.nextCallId(), target, timeout.toMillis()))
                    .handle(RatisRequests::whyNot)
                    .completeOnTimeout(
                            Optional.of("no answer within " + answerMillisMax + " ms"),
                            answerMillisMax,
                            TimeUnit.MILLISECONDS);
        } catch (IOException e) {
            return CompletableFuture.completedFuture(Optional.of(e.toString()));
        }
    }

    /** Why a request was not carried out; empty: it was. */
    static Optional<String> whyNot(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
        if (failure != null) {
            return Optional.of(String.valueOf(failure instanceof CompletionException ? failure.getCause() : failure));
        }
        return reply != null && reply.isSuccess()
                ? Optional.empty()
                : Optional.of(
                        reply == null || reply.getException() == null
                                ? "it was refused without a reason"
                                : reply.getException().toString());
    }

    CompletableFuture<Void> takeSnapshot(GroupId group) {
        return node.server()
                .snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                        node.clientId(), self(), id(group), node.nextCallId(), SNAPSHOT_TIME_MAX.toMillis()))
                .thenAccept(reply -> {
                    if (!reply.isSuccess()) {
                        throw new CompletionException(reply.getException());
                    }
                });
    }

    CompletableFuture<ChangeOutcome> change(GroupId group, Membership expected, Membership wanted) {
        SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                // The other ways of Ratis forget learners, or whoever changed the members meanwhile.
                .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                .setServersInCurrentConf(peers(expected.voters()))
                .setListenersInCurrentConf(peers(expected.learners()))
                .setServersInNewConf(peers(wanted.voters()))
                .setListenersInNewConf(peers(wanted.learners()))
                .build();
        try {
            return node.server()
                    .setConfigurationAsync(new SetConfigurationRequest(
                            node.clientId(), self(), id(group), node.nextCallId(), arguments))
                    .handle(RatisRequests::outcomeOf);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.completedFuture(outcomeOf(null, e));
        }
    }

    private static ChangeOutcome outcomeOf(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
        if (reply != null && reply.isSuccess()) {
            return new ChangeOutcome.Changed();
        }
        Throwable cause = failure == null ? reply == null ? null : reply.getException() : failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case SetConfigurationException other -> new ChangeOutcome.Refused(String.valueOf(other.getMessage()));
            case ReconfigurationInProgressException busy ->
                new ChangeOutcome.Refused(String.valueOf(busy.getMessage()));
            case ReconfigurationTimeoutException slow -> new ChangeOutcome.Refused(String.valueOf(slow.getMessage()));
            case LeaderNotReadyException notReady -> new ChangeOutcome.NotLeader(null);
            case LeaderSteppingDownException steppingDown -> new ChangeOutcome.NotLeader(null);
            // Also said of a change that was under way when leadership was lost.
            case NotLeaderException notLeader -> new ChangeOutcome.Undetermined(String.valueOf(notLeader.getMessage()));
            case null, default -> new ChangeOutcome.Undetermined(String.valueOf(cause));
        };
    }

    private static List<RaftPeer> peers(List<Member> members) {
        return members.stream().map(Positions::toRatis).toList();
    }

    private RaftPeerId self() {
        return node.server().getId();
    }

    private static RaftGroupId id(GroupId group) {
        return Positions.toRatis(group);
    }

    private static void await(CompletableFuture<RaftClientReply> request) throws IOException {
        RaftClientReply reply;
        try {
            reply = request.get(GROUP_TIME_MAX.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(String.valueOf(rootOf(e)), e);
        }
        RaftException refusal = reply.getException();
        if (!reply.isSuccess()) {
            throw new IOException(String.valueOf(refusal), refusal);
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
