package io.titankv.multiraft.host;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Starts senders that Ratis has stopped: it stops those of learners when a change of members fails that has nothing to do with them.
 *
 * <p>It also stops those of members that a change removes, a moment before the configuration says so. One started just then would call for
 * ever on a replica that is gone; so nothing is started while a change is under way, and what was started is stopped when its follower turns
 * out to be no member. Not thread-safe.
 */
final class StoppedSenders {
    private final Set<RaftPeerId> revived = new HashSet<>();

    /**
     * To be called again and again while the group's configuration is committed and none is under way.
     *
     * @param senders of this leadership, by follower
     * @param isMember whether a follower is in the configuration
     * @param restart has Ratis put another sender in the place of one
     */
    void sweep(Map<RaftPeerId, FollowerSender> senders, Predicate<RaftPeerId> isMember, Consumer<LogAppender> restart) {
        senders.forEach((peer, sender) -> {
            LogAppender appender = sender.appender();
            if (!isMember.test(peer)) {
                // Not those that Ratis started: a follower that is to be a member catches up before it is.
                if (revived.remove(peer)) {
                    var _ = appender.stopAsync();
                }
            } else if (!appender.isRunning()) {
                restart.accept(appender);
                revived.add(peer);
            }
        });
    }
}
