package io.titankv.multiraft.host;

import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;

/**
 * Who is in a group by its leader's word, and nobody can undo. Immutable.
 *
 * @param members voters and learners
 * @param logIndex where the configuration stands in the group's log: of two the later one has the greater
 */
public record CommittedMembership(Membership members, long logIndex) {
    /** Empty when the replica does not lead, or a change is under way. */
    static Optional<CommittedMembership> of(RaftServer.Division division) {
        if (!isSettled(division)) {
            return Optional.empty();
        }
        RaftConfiguration configuration = division.getRaftConf();
        long logIndex = configuration.getLogEntryIndex();
        // Looked at again: the two looks were at one configuration, and it was committed at the first.
        return isSettled(division) && division.getRaftConf().getLogEntryIndex() == logIndex && logIndex >= 0
                ? Optional.of(new CommittedMembership(membershipOf(configuration), logIndex))
                : Optional.empty();
    }

    static boolean isSettled(RaftServer.Division division) {
        RaftConfiguration configuration = division.getRaftConf();
        return division.getInfo().isLeaderReady()
                && configuration.getPreviousPeers().isEmpty()
                && configuration.getLogEntryIndex() <= division.getRaftLog().getLastCommittedIndex();
    }

    static Membership membershipOf(RaftConfiguration configuration) {
        return new Membership(
                configuration.getCurrentPeers().stream()
                        .map(Positions::fromRatis)
                        .toList(),
                configuration.getCurrentPeers(RaftPeerRole.LISTENER).stream()
                        .map(Positions::fromRatis)
                        .toList());
    }
}
