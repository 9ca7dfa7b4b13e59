package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import io.titankv.placement.run.NodeContact;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Where a node is reached and its metrics are shown, when nobody says where, and when somebody does. */
final class ServerOptionsTest {
    private static ServerOptions.Builder node() {
        return ServerOptions.builder(new NodeId("n1"), Path.of("data")).bootstrap(true);
    }

    @Test
    void metricsAreOnLoopbackWhateverTheNodeListensOn() {
        assertThat(node().build().metricsListen()).isEqualTo(new HostPort("127.0.0.1", 7600));
        assertThat(node().listen(new HostPort("10.0.0.1", 7402)).build().metricsListen())
                .isEqualTo(new HostPort("127.0.0.1", 7602));
    }

    @Test
    void metricsHaveAnyPortWhenTheNodeHasOrWhenThereIsNoneSoHigh() {
        assertThat(node().listen(new HostPort("127.0.0.1", 0)).build().metricsListen())
                .isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(node().listen(new HostPort("127.0.0.1", 65_400)).build().metricsListen())
                .isEqualTo(new HostPort("127.0.0.1", 0));
    }

    @Test
    void metricsAreWhereTheyAreAskedForOrNowhere() {
        HostPort asked = new HostPort("10.0.0.1", 9100);
        assertThat(node().metricsListen(asked).build().metricsListen()).isEqualTo(asked);
        assertThat(node().withoutMetrics().build().metricsListen()).isNull();
        assertThat(node().withoutMetrics().metricsListen(asked).build().metricsListen())
                .isEqualTo(asked);
    }

    @Test
    void aNodeIsReachedWhereItListensOrAtTheHostThatIsAdvertised() {
        HostPort asked = new HostPort("0.0.0.0", 0);
        assertThat(node().listen(asked).build().contact(7401, "0.0.0.0:7501"))
                .isEqualTo(new NodeContact("0.0.0.0:7401", "0.0.0.0:7501"));
        assertThat(node().listen(asked).advertiseHost("n1.example").build().contact(7401, "0.0.0.0:7501"))
                .isEqualTo(new NodeContact("n1.example:7401", "n1.example:7501"));
    }
}
