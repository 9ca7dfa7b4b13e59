package io.titankv.multiraft.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.multiraft.host.BarrierOutcome;
import io.titankv.multiraft.host.RaftCluster;
import io.titankv.multiraft.host.TermQuestions.Asker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link TermClient} and {@link TermServer} between real replicas. */
final class TermExchangeIT {
    private static final GroupId S1 = new GroupId(1);

    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path directory;

    private RaftCluster cluster;
    private NodeId leader;
    private NodeId follower;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        cluster = RaftCluster.start(directory, 3);
        leader = cluster.create(S1);
        cluster.apply(S1, "first");
        follower = cluster.others(leader).getFirst();
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .addService(new TermServer(
                        follower,
                        () -> Optional.of("c1"),
                        cluster.host(follower).terms()))
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
        cluster.close();
    }

    private void ask(TermClient client, NodeId node, GroupId group, long term) {
        int before = told.size();
        client.ask(node, group, term, new Asker() {
            @Override
            public void onCurrent() {
                told.add("current");
            }

            @Override
            public void onUnknown() {
                told.add("unknown");
            }
        });
        await().atMost(RaftCluster.PATIENCE).until(() -> told.size() > before);
    }

    @Test
    void aFollowerSaysWhetherItIsStillInTheTerm() {
        TermClient client = new TermClient(() -> Optional.of("c1"), node -> channel);
        long term = cluster.replica(leader, S1).status().term();
        ask(client, follower, S1, term);
        ask(client, follower, S1, term + 1);
        ask(client, follower, new GroupId(9), term);
        assertThat(told).containsExactly("current", "unknown", "unknown");

        cluster.host(leader).terms().askBy(client);
        assertThat(cluster.barrier(leader, S1)).isEqualTo(new BarrierOutcome.Passed());
    }

    @Test
    void anotherClusterOrNodeIsNotBelieved() {
        long term = cluster.replica(leader, S1).status().term();
        ask(new TermClient(() -> Optional.of("c2"), node -> channel), follower, S1, term);
        ask(new TermClient(() -> Optional.of("c1"), node -> channel), new NodeId("n9"), S1, term);
        ask(new TermClient(Optional::empty, node -> channel), follower, S1, term);
        assertThat(told).containsExactly("unknown", "unknown", "unknown");
    }
}
