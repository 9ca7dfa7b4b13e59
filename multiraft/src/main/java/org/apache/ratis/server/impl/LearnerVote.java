package org.apache.ratis.server.impl;

import java.io.IOException;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.LifeCycle;

/**
 * The vote of a replica that is a learner as far as it knows.
 *
 * <p>In Raft a server votes whatever configuration it has (section 6 of Ongaro and Ousterhout, "In search of an understandable consensus
 * algorithm"): a learner may have been made a voter by a leader that died before the learner heard of it, and then its group may have no
 * majority without it. Ratis 3.3.0 refuses: while a replica that joined waits for its first append as a voter its division is not running,
 * and a listener rejects. Only candidates that take it for a voter ask it.
 *
 * <p>Here, in a package of Ratis, because the term and the vote must be the division's own: a second register of votes would have to be
 * minded wherever Ratis minds its term.
 */
public final class LearnerVote {
    private LearnerVote() {}

    /** Whether Ratis would not let this division vote because it does not know itself for a voter. */
    public static boolean isNeeded(RaftServer.Division division) {
        return division.getInfo().getLifeCycleState() == LifeCycle.State.STARTING
                || division.getInfo().getCurrentRole() == RaftPeerRole.LISTENER;
    }

    /**
     * Answers a candidate, after the vote is durable. To be called while no append passes.
     *
     * @param division one for which a vote is needed
     * @param mayGrant false when it has heard from a leader so lately that it must not vote for another
     * @throws IOException when the division has stopped, or the vote cannot be written
     */
    public static RequestVoteReplyProto answer(
            RaftServer.Division division, RequestVoteRequestProto request, boolean mayGrant) throws IOException {
        RaftServerImpl server = (RaftServerImpl) division;
        RaftRpcRequestProto header = request.getServerRequest();
        RaftPeerId candidate = RaftPeerId.valueOf(header.getRequestorId());
        synchronized (server) {
            server.assertLifeCycleState(LifeCycle.States.STARTING_OR_RUNNING);
            ServerState state = server.getState();
            TermIndex last = state.getLastEntry();
            boolean granted = mayGrant
                    && isFree(state, candidate, request)
                    && ServerState.compareLog(last, TermIndex.valueOf(request.getCandidateLastEntry())) <= 0;
            if (granted && !request.getPreVote()) {
                state.updateCurrentTerm(request.getCandidateTerm());
                state.grantVote(candidate);
                state.persistMetadata();
            }
            return ServerProtoUtils.toRequestVoteReplyProto(
                    candidate, server.getMemberId(), granted, state.getCurrentTerm(), false, last, header.getCallId());
        }
    }

    /** Whether this replica has voted for nobody else in the candidate's term. A pre-vote asks for the term that the candidate is in. */
    private static boolean isFree(ServerState state, RaftPeerId candidate, RequestVoteRequestProto request) {
        long behind = request.getCandidateTerm() - state.getCurrentTerm();
        return behind > 0 || (behind == 0 && (request.getPreVote() || candidate.equals(state.getVotedFor())));
    }
}
