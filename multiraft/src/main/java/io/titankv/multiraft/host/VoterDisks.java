package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;

/** What the followers of one leader said last of their nodes' disks. Thread-safe. */
final class VoterDisks {
    private final Set<RaftPeerId> full = ConcurrentHashMap.newKeySet();

    /** @param isFull whether it is nearly full, as {@link DiskGuard#full} */
    void note(RaftPeerId follower, boolean isFull) {
        if (isFull) {
            full.add(follower);
        } else if (!full.isEmpty()) {
            full.remove(follower);
        }
    }

    /** The voters whose disks are nearly full, when the others are no majority; else none. */
    List<NodeId> inNeedOfRoom(RaftConfiguration configuration) {
        if (full.isEmpty() || Majority.of(configuration, voter -> !full.contains(voter))) {
            return List.of();
        }
        return configuration.getAllPeers().stream()
                .map(RaftPeer::getId)
                .filter(full::contains)
                .map(Positions::fromRatis)
                .toList();
    }
}
