package io.titankv.multiraft.host;

import java.util.Collection;
import java.util.function.Predicate;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;

/** Whether voters that fulfil something are a majority: of the current configuration, and of the previous while it changes. */
final class Majority {
    private Majority() {}

    static boolean of(RaftConfiguration configuration, Predicate<RaftPeerId> fulfils) {
        Collection<RaftPeer> previous = configuration.getPreviousPeers();
        return of(configuration.getCurrentPeers(), fulfils) && (previous.isEmpty() || of(previous, fulfils));
    }

    private static boolean of(Collection<RaftPeer> voters, Predicate<RaftPeerId> fulfils) {
        long fulfilling =
                voters.stream().filter(voter -> fulfils.test(voter.getId())).count();
        return fulfilling > voters.size() / 2;
    }
}
