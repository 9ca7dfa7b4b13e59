package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a scraper gets, what all others get, and that nobody takes more than a little. */
final class MetricsEndpointTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AtomicInteger scrapes = new AtomicInteger();
    private MetricsEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = start(Duration.ofSeconds(60));
    }

    private MetricsEndpoint start(Duration timeMax) throws IOException {
        return MetricsEndpoint.start(new HostPort("127.0.0.1", 0), this::scrape, "test", timeMax);
    }

    private String scrape() {
        if (scrapes.incrementAndGet() == 13) {
            throw new IllegalStateException("no luck");
        }
        return "titan_test_total 1.0\n";
    }

    @AfterEach
    void stop() throws IOException {
        endpoint.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private String say(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String ask(String method, String path) throws IOException {
        return say(method + " " + path + " HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n");
    }

    @Test
    void aScraperGetsTheMetrics() throws IOException {
        assertThat(ask("GET", "/metrics"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n")
                .contains("\r\nContent-Length: 21\r\n")
                .endsWith("\r\n\r\ntitan_test_total 1.0\n");
        assertThat(ask("GET", "/metrics?name=x")).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(say("GET /metrics HTTP/1.0\n\n")).endsWith("titan_test_total 1.0\n");
    }

    @Test
    void aPersonIsToldWhereTheyAre() throws IOException {
        assertThat(ask("GET", "/")).startsWith("HTTP/1.1 200 OK\r\n").contains("/metrics");
        assertThat(scrapes).hasValue(0);
    }

    @Test
    void nothingElseIsAnswered() throws IOException {
        assertThat(ask("GET", "/metrics/")).startsWith("HTTP/1.1 404 ");
        assertThat(ask("GET", "/../etc/passwd")).startsWith("HTTP/1.1 404 ");
        for (String method : List.of("POST", "HEAD", "PUT", "DELETE", "OPTIONS", "get")) {
            assertThat(ask(method, "/metrics")).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: GET\r\n");
        }
        assertThat(say("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(say("GET /metrics\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(say("GET /metrics HTTP/2.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(scrapes).hasValue(0);
    }

    @Test
    void aLongRequestIsCutOff() throws IOException {
        assertThat(ask("GET", "/" + "x".repeat(5_000))).startsWith("HTTP/1.1 414 ");
        String header = "X-Long: " + "x".repeat(1_000) + "\r\n";
        assertThat(say("GET /metrics HTTP/1.1\r\n" + header.repeat(20) + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(say("GET /metrics HTTP/1.1\r\n" + header.repeat(10) + "\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void metricsThatCannotBeMadeAreAnErrorAndNotTheEnd() throws IOException {
        scrapes.set(12);
        assertThat(ask("GET", "/metrics")).startsWith("HTTP/1.1 500 ").doesNotContain("no luck");
        assertThat(ask("GET", "/metrics")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void clientsThatSayNothingKeepNobodyOutForLong() throws IOException {
        endpoint.close();
        endpoint = start(Duration.ofMillis(300));
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                silent.add(connect());
            }
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(ask("GET", "/metrics")).startsWith("HTTP/1.1 200 "));
            for (Socket socket : silent) {
                assertThat(isOver(socket)).isTrue();
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static boolean isOver(Socket socket) throws IOException {
        try {
            // What is not over is not answered either, and ends in a time-out of this side.
            var _ = socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void closingReleasesThePortAndEndsWhatIsOpen() throws IOException {
        int port = endpoint.port();
        try (Socket silent = connect()) {
            assertThatThrownBy(() -> MetricsEndpoint.start(
                            new HostPort("127.0.0.1", port), this::scrape, "test", Duration.ofSeconds(1)))
                    .isInstanceOf(BindException.class);
            assertThat(ask("GET", "/")).startsWith("HTTP/1.1 200 ");
            endpoint.close();
            endpoint.close();
            assertThat(isOver(silent)).isTrue();
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        endpoint = MetricsEndpoint.start(new HostPort("127.0.0.1", port), this::scrape, "test", Duration.ofSeconds(60));
        assertThat(ask("GET", "/metrics")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void nothingListensBeyondLoopback() throws IOException {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
                    try (Socket socket = new Socket()) {
                        InetSocketAddress there = new InetSocketAddress(address, endpoint.port());
                        assertThatThrownBy(() -> socket.connect(there, 5_000)).isInstanceOf(IOException.class);
                    }
                }
            }
        }
    }
}
