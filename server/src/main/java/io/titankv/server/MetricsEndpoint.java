package io.titankv.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As much of HTTP as a scraper needs: one request a connection, and only {@code GET /metrics} and {@code GET /} have an answer.
 *
 * <p>Whoever reaches it cannot take more of the node than a few threads, a few connections, some kilobytes of request and {@link
 * #TIME_MAX} of each: the JDK's own server reads a request line of any length for any time. Thread-safe.
 */
final class MetricsEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

    private static final int THREADS = 2;
    private static final int WAITING_MAX = 8;
    private static final int BACKLOG = 16;
    private static final int LINE_BYTES_MAX = 2048;
    private static final int HEAD_BYTES_MAX = 16 << 10;

    /** What a client that is refused may still be sending is read so far, else it would not see its answer. */
    private static final int REST_BYTES_MAX = 64 << 10;

    static final Duration TIME_MAX = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final ServerSocket door;
    private final Duration timeMax;
    private final Supplier<String> metrics;
    private final Thread acceptor;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private MetricsEndpoint(ServerSocket door, Supplier<String> metrics, String name, Duration timeMax) {
        this.timeMax = timeMax;
        this.door = door;
        this.metrics = metrics;
        this.acceptor = Thread.ofPlatform()
                .daemon()
                .name("titan-metrics-" + name + "-accept")
                .unstarted(this::accept);
        this.workers = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_MAX),
                Thread.ofPlatform()
                        .daemon()
                        .name("titan-metrics-" + name + "-", 0)
                        .factory());
        workers.allowCoreThreadTimeOut(true);
        this.timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name("titan-metrics-" + name + "-timer")
                        .factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Listens.
     *
     * @param metrics makes the text that {@code /metrics} shows
     * @param name of the node, for the names of threads
     * @param timeMax how long a connection may last, {@link #TIME_MAX} outside tests
     * @throws IOException when it cannot listen there
     */
    static MetricsEndpoint start(HostPort where, Supplier<String> metrics, String name, Duration timeMax)
            throws IOException {
        ServerSocket door = new ServerSocket();
        try {
            door.setReuseAddress(true);
            door.bind(new InetSocketAddress(where.host(), where.port()), BACKLOG);
        } catch (IOException | RuntimeException e) {
            door.close();
            throw e;
        }
        MetricsEndpoint endpoint = new MetricsEndpoint(door, metrics, name, timeMax);
        endpoint.acceptor.start();
        return endpoint;
    }

    /** The port that it really listens on. */
    int port() {
        return door.getLocalPort();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                admit(door.accept());
            } catch (IOException e) {
                if (!door.isClosed()) {
                    // As when the process has no file descriptor left: it may have one again soon.
                    LOG.atWarn().setCause(e).log("a scrape could not be accepted");
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                }
            }
        }
    }

    private void admit(Socket connection) {
        open.add(connection);
        try {
            Future<?> end = timer.schedule(() -> end(connection), timeMax.toNanos(), TimeUnit.NANOSECONDS);
            workers.execute(() -> {
                try {
                    serve(connection);
                } finally {
                    end.cancel(false);
                    end(connection);
                }
            });
        } catch (RejectedExecutionException e) {
            end(connection);
        }
    }

    private void end(Socket connection) {
        open.remove(connection);
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("a scrape's connection did not close", e);
        }
    }

    private void serve(Socket connection) {
        try {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            HttpAnswer answer = answer(in);
            connection.getOutputStream().write(answer.bytes());
            connection.shutdownOutput();
            var _ = in.readNBytes(REST_BYTES_MAX);
        } catch (IOException e) {
            LOG.debug("a scrape ended early", e);
        }
    }

    private HttpAnswer answer(InputStream in) throws IOException {
        String[] request;
        try {
            request = readLine(in, LINE_BYTES_MAX).split(" ", -1);
        } catch (TooLongException e) {
            return HttpAnswer.refusal(414, "URI Too Long", "a request line has at most " + LINE_BYTES_MAX + " bytes");
        }
        if (request.length != 3 || !request[2].startsWith("HTTP/1.")) {
            return HttpAnswer.refusal(400, "Bad Request", "this is HTTP/1.1");
        }
        try {
            int left = HEAD_BYTES_MAX;
            for (String header = readLine(in, left); !header.isEmpty(); header = readLine(in, left)) {
                left -= header.length() + 1;
            }
        } catch (TooLongException e) {
            return HttpAnswer.refusal(
                    431, "Request Header Fields Too Large", "headers have at most " + HEAD_BYTES_MAX + " bytes");
        }
        return answer(request[0], request[1].split("\\?", 2)[0]);
    }

    private HttpAnswer answer(String method, String path) {
        boolean shown = path.equals("/metrics") || path.equals("/");
        if (!shown) {
            return HttpAnswer.refusal(404, "Not Found", "there are / and /metrics");
        }
        if (!method.equals("GET")) {
            return HttpAnswer.methodNotAllowed();
        }
        if (path.equals("/")) {
            return HttpAnswer.text(
                    "Titan-KV. What this node measures is at /metrics, in the text format of Prometheus.\n");
        }
        try {
            return HttpAnswer.metrics(metrics.get());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("metrics could not be shown");
            return HttpAnswer.refusal(
                    500, "Internal Server Error", "metrics could not be shown; the node's log says why");
        }
    }

    /** A line without its end; what comes before the end of the stream counts as one. */
    private static String readLine(InputStream in, int bytesMax) throws IOException, TooLongException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n' && next >= 0; next = in.read()) {
            if (line.size() >= bytesMax) {
                throw new TooLongException();
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Stops listening, and ends the answers that are under way. Idempotent. */
    @Override
    public void close() throws IOException {
        door.close();
        timer.shutdownNow();
        workers.shutdownNow();
        open.forEach(this::end);
    }
}
