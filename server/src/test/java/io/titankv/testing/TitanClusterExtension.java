package io.titankv.testing;

import io.titankv.client.TitanClient;
import io.titankv.model.Limits;
import io.titankv.placement.state.Settings;
import io.titankv.server.NodeTls;
import io.titankv.server.ServerOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A cluster for a JUnit 5 test. Registered on a static field the tests of the class share one cluster; on an instance field each
 * test has its own. Test methods may ask for a {@link TestCluster} or a {@link TitanClient}.
 *
 * <pre>{@code
 * class OrdersTest {
 *     @RegisterExtension
 *     static final TitanClusterExtension titan = TitanClusterExtension.nodes(3);
 *
 *     @Test
 *     void survivesTheLossOfANode(TestCluster cluster, TitanClient client) throws Exception {
 *         client.blocking().put("order-1", "paid");
 *         cluster.kill(cluster.awaitLeaderOf(Key.of("order-1")));
 *         ...
 *     }
 * }
 * }</pre>
 */
public final class TitanClusterExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private final int nodes;
    private final int shards;
    private final Duration electionTimeout;
    private final @Nullable NodeTls tls;
    private boolean shared;
    private @Nullable TestCluster cluster;
    private @Nullable TitanClient client;

    private TitanClusterExtension(int nodes, int shards, Duration electionTimeout, @Nullable NodeTls tls) {
        this.nodes = nodes;
        this.shards = shards;
        this.electionTimeout = electionTimeout;
        this.tls = tls;
    }

    /** A cluster of so many nodes with four shards. */
    public static TitanClusterExtension nodes(int nodes) {
        return new TitanClusterExtension(nodes, 4, Duration.ofMillis(500), null);
    }

    public TitanClusterExtension withShards(int newShards) {
        return new TitanClusterExtension(nodes, newShards, electionTimeout, tls);
    }

    /** Shorter finds a lost leader sooner, and takes a busy machine for a lost leader sooner. */
    public TitanClusterExtension withElectionTimeout(Duration newTimeout) {
        return new TitanClusterExtension(nodes, shards, newTimeout, tls);
    }

    /** Nodes that speak TLS, and clients that show the same certificate; it names 127.0.0.1. */
    public TitanClusterExtension withTls(NodeTls newTls) {
        return new TitanClusterExtension(nodes, shards, electionTimeout, newTls);
    }

    /** The cluster of the running test. */
    public TestCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("the cluster is there only while a test runs");
        }
        return cluster;
    }

    /** A client of the cluster. */
    public TitanClient client() {
        if (client == null) {
            client = cluster().client();
        }
        return client;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        shared = true;
        open();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!shared) {
            open();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!shared) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
        shared = false;
    }

    private void open() {
        cluster = TestCluster.start(
                nodes,
                new Settings(shards, Math.min(3, nodes), Limits.VALUE_BYTES_DEFAULT_MAX),
                electionTimeout,
                ServerOptions.HEAL_AFTER_DEFAULT,
                tls);
    }

    private void close() {
        TestCluster closing = cluster;
        cluster = null;
        client = null;
        if (closing != null) {
            closing.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestCluster.class || type == TitanClient.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestCluster.class ? cluster() : client();
    }
}
