package io.titankv.multiraft.terms;

import io.grpc.Channel;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.TermQuestions;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Asks each peer over one stream, for all groups that this node leads. The channels are the caller's: shutting them down ends the streams. Thread-safe. */
public final class TermClient implements TermQuestions {
    private final Supplier<Optional<String>> clusterId;
    private final Function<NodeId, Channel> channels;
    private final ConcurrentMap<NodeId, TermLink> links = new ConcurrentHashMap<>();

    /**
     * @param clusterId the cluster's id once there is one
     * @param channels to a node; throws IllegalStateException while its address is not known
     */
    public TermClient(Supplier<Optional<String>> clusterId, Function<NodeId, Channel> channels) {
        this.clusterId = clusterId;
        this.channels = channels;
    }

    @Override
    public void ask(NodeId node, GroupId group, long term, Asker asker) {
        Optional<String> cluster = clusterId.get();
        if (cluster.isEmpty()) {
            asker.onUnknown();
            return;
        }
        links.computeIfAbsent(
                        node, peer -> new TermLink(cluster.get(), peer, () -> channels.apply(peer), System::nanoTime))
                .ask(group, term, asker);
    }
}
