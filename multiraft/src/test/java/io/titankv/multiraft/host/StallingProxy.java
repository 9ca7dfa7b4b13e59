package io.titankv.multiraft.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A way to a port on which connections can fall silent for ever, as when a machine on the way loses its power: nobody is told. */
final class StallingProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StallingProxy.class);

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ServerSocket entrance;
    private final int target;

    /** Of connections numbered below this, nothing passes any more. */
    private volatile int silentBelow;

    StallingProxy(int target) throws IOException {
        this.target = target;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + entrance.getLocalPort();
    }

    int connections() {
        return accepted.get();
    }

    /** Those that are open fall silent; new ones work. */
    void silenceConnections() {
        silentBelow = accepted.get();
    }

    /** All fall silent, new ones as well. */
    void silenceAll() {
        silentBelow = Integer.MAX_VALUE;
    }

    /** New connections work again. */
    void recover() {
        silentBelow = accepted.get();
    }

    /** Those that are open end; new ones work. */
    void breakConnections() {
        try {
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket incoming = entrance.accept();
                sockets.add(incoming);
                Thread.ofVirtual().start(() -> forward(accepted.getAndIncrement(), incoming));
            }
        } catch (IOException e) {
            LOG.debug("closed", e);
        }
    }

    private void forward(int number, Socket incoming) {
        try (incoming) {
            Socket outgoing = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(outgoing);
            Thread.ofVirtual().start(() -> pump(number, outgoing, incoming));
            pump(number, incoming, outgoing);
        } catch (IOException e) {
            LOG.debug("nobody there", e);
        }
    }

    private void pump(int number, Socket from, Socket to) {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                if (number < silentBelow) {
                    closed.await();
                }
                to.getOutputStream().write(bytes, 0, count);
            }
        } catch (IOException e) {
            LOG.debug("a connection ended", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        breakConnections();
    }
}
