package io.titankv.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EchoNodeTest {
    private final List<Server> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        nodes.add(EchoNode.start(0, 100));
        nodes.add(EchoNode.start(0, 100));
    }

    @AfterEach
    void stop() {
        nodes.forEach(Server::shutdownNow);
    }

    private List<String> endpoints() {
        return nodes.stream().map(node -> "127.0.0.1:" + node.getPort()).toList();
    }

    private static void assertAnswers(Way opened) throws Exception {
        try (Way way = opened) {
            for (int i = 0; i < 10; i++) {
                way.put(new byte[16], new byte[100]).get(60, TimeUnit.SECONDS);
                assertThat(way.get(new byte[16]).get(60, TimeUnit.SECONDS).remaining())
                        .isEqualTo(100);
            }
        }
    }

    @Test
    void answersHaveTheSizesOfThoseOfAStore() throws Exception {
        assertAnswers(new EchoUnary(endpoints()));
        assertAnswers(new EchoStream(endpoints()));
    }

    @Test
    void whatIsAskedOfNobodyFails() {
        List<String> gone = endpoints();
        stop();
        try (Way unary = new EchoUnary(gone);
                Way stream = new EchoStream(gone)) {
            assertThat(unary.put(new byte[16], new byte[100])).failsWithin(60, TimeUnit.SECONDS);
            assertThat(stream.get(new byte[16])).failsWithin(60, TimeUnit.SECONDS);
        }
    }
}
