package io.titankv.server;

import io.titankv.model.NodeId;
import io.titankv.testing.TestCluster;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random operations by several clients while leaders are killed and cut off; the whole history is judged. */
class LinearizabilityIT {
    @Test
    void aRunWithKillsAndIsolationsIsLinearizable() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (TestCluster cluster = TestCluster.start(3, 3);
                RandomClients clients = new RandomClients(cluster, seed)) {
            for (int fault = 0; fault < 6; fault++) {
                clients.awaitAnswers(100);
                NodeId victim = cluster.awaitLeaderOf(RandomClients.key(random));
                if (fault % 2 == 0) {
                    cluster.kill(victim);
                    clients.awaitAnswers(100);
                    cluster.restart(victim);
                } else {
                    cluster.isolate(victim);
                    clients.awaitAnswers(100);
                    cluster.heal(victim);
                }
                cluster.awaitReady();
            }
            clients.assertLinearizable();
        }
    }
}
