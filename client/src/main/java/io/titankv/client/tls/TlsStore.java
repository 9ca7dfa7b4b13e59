package io.titankv.client.tls;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates and the key of one client or node, as its files last held them. Thread-safe.
 *
 * <p>The files are looked at every 2 s. What changed, and was the same at the next look, is judged as at the start; when it is good,
 * every handshake from then on uses it, and connections that are open stay. When it is not, the old stays in use and an error in the
 * log names the file. Nothing of a key is ever logged.
 */
public final class TlsStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TlsStore.class);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    /** From then on the log warns, once a day. A guess: the time in which somebody reads it. */
    private static final Duration EXPIRES_SOON = Duration.ofDays(14);

    private static final Duration WARN_EVERY = Duration.ofDays(1);

    /** One thread for all stores of the process, made when there is a first one. */
    private static final class Looks {
        private static final ScheduledExecutorService THREAD = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("titan-tls-files").factory());
    }

    private final TlsFiles files;
    private final Function<TlsPems, TlsMaterial> judge;
    private final InstantSource clock;
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final SwappableTrust servers;
    private final SwappableTrust callers;
    private final @Nullable Future<?> looks;

    // Guarded by this.
    private TlsPems used;
    /** What the last look found, good or not. */
    private TlsPems seen;

    /** What was last judged; not judged again. */
    private TlsPems judged;

    private @Nullable String unreadable;
    private Instant warned = Instant.MIN;

    /** End of the own certificate's validity; empty: there is none. */
    private volatile Optional<Instant> expiry;

    private TlsStore(TlsFiles files, Function<TlsPems, TlsMaterial> judge, InstantSource clock, boolean looking) {
        this.files = files;
        this.judge = judge;
        this.clock = clock;
        used = TlsPems.read(files);
        seen = used;
        judged = used;
        TlsMaterial material = judge.apply(used);
        servers = new SwappableTrust(true, material.servers());
        callers = new SwappableTrust(false, material.callers());
        expiry = show(material);
        looks = looking
                ? Looks.THREAD.scheduleWithFixedDelay(
                        this::lookSafely, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                : null;
    }

    /**
     * What a client needs.
     *
     * @throws TlsException when a file cannot be used
     */
    public static TlsStore forClient(TlsFiles files) {
        return new TlsStore(files, pems -> TlsMaterial.ofClient(pems, Instant.now()), InstantSource.system(), true);
    }

    /**
     * What a node needs: all files but the one of clients' authorities.
     *
     * @param hosts by which others reach the node
     * @throws TlsException when a file is missing or cannot be used
     */
    public static TlsStore forNode(TlsFiles files, List<String> hosts) {
        return new TlsStore(
                files.requireForNode(),
                pems -> TlsMaterial.ofNode(pems, hosts, Instant.now()),
                InstantSource.system(),
                true);
    }

    /** With a clock of its own, and nobody who looks but the caller of {@link #look}. For tests. */
    static TlsStore forNode(TlsFiles files, List<String> hosts, InstantSource clock) {
        return new TlsStore(
                files.requireForNode(), pems -> TlsMaterial.ofNode(pems, hosts, clock.instant()), clock, false);
    }

    /** Shows the own certificate from now on. */
    private Optional<Instant> show(TlsMaterial material) {
        if (material.key() == null) {
            return Optional.empty();
        }
        X509Certificate[] chain = material.chain().toArray(X509Certificate[]::new);
        keys.updateIdentityCredentials(chain, material.key());
        return Optional.of(chain[0].getNotAfter().toInstant());
    }

    private void lookSafely() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("TLS files were not looked at");
        }
    }

    /** Looks at the files. */
    synchronized void look() {
        warnOfExpiry();
        TlsPems found;
        try {
            found = TlsPems.read(files);
            unreadable = null;
        } catch (TlsException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(unreadable)) {
                unreadable = message;
                logRefusal(message);
            }
            return;
        }
        // A certificate and its key are not replaced in one step: what still changes is not judged.
        boolean settled = found.holdAs(seen);
        seen = found;
        if (!settled || found.holdAs(judged)) {
            return;
        }
        judged = found;
        if (found.holdAs(used)) {
            return;
        }
        try {
            take(found, judge.apply(found));
        } catch (TlsException e) {
            logRefusal(String.valueOf(e.getMessage()));
        }
    }

    private synchronized void take(TlsPems found, TlsMaterial material) {
        // Whom to trust first: a certificate of a new authority is shown only when others of it are trusted.
        servers.swap(material.servers());
        callers.swap(material.callers());
        expiry = show(material);
        used = found;
        LOG.atInfo()
                .addKeyValue("certificate", files.certificate())
                .addKeyValue("ca", files.ca())
                .addKeyValue("valid_until", expiry.map(Instant::toString).orElse(""))
                .log("TLS files changed and are used from now on");
    }

    private static void logRefusal(String message) {
        LOG.atError()
                .addKeyValue("cause", message)
                .log("TLS files changed and cannot be used; what was read before stays");
    }

    private synchronized void warnOfExpiry() {
        Instant now = clock.instant();
        if (expiry.isPresent()
                && now.isAfter(expiry.get().minus(EXPIRES_SOON))
                && now.isAfter(warned.plus(warned.equals(Instant.MIN) ? Duration.ZERO : WARN_EVERY))) {
            warned = now;
            boolean over = now.isAfter(expiry.get());
            (over ? LOG.atError() : LOG.atWarn())
                    .addKeyValue("certificate", files.certificate())
                    .addKeyValue("valid_until", expiry.get())
                    .log(
                            over
                                    ? "TLS certificate has expired: nobody connects any more"
                                    : "TLS certificate expires soon");
        }
    }

    /** For channels to nodes. */
    public ChannelCredentials channelCredentials() {
        TlsChannelCredentials.Builder credentials =
                TlsChannelCredentials.newBuilder().trustManager(servers);
        return files.key() == null
                ? credentials.build()
                : credentials.keyManager(keys).build();
    }

    /**
     * For a node's port to which clients and nodes come.
     *
     * @param clientsNeedCertificate whether whoever shows none is refused; a bad one always is
     */
    public ServerCredentials serverCredentials(boolean clientsNeedCertificate) {
        return TlsServerCredentials.newBuilder()
                .keyManager(keys)
                .trustManager(callers)
                .clientAuth(clientsNeedCertificate ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
                .build();
    }

    /** The own certificate and key, for other libraries. */
    public X509ExtendedKeyManager keyManager() {
        return keys;
    }

    /** Trusts nodes, and nobody else: those who are called, and those who call. For other libraries. */
    public X509ExtendedTrustManager nodeTrust() {
        return servers;
    }

    /** Whether the other side of a connection that was accepted is a node. */
    public boolean isNode(SSLSession session) {
        try {
            Certificate[] shown = session.getPeerCertificates();
            X509Certificate[] chain = new X509Certificate[shown.length];
            System.arraycopy(shown, 0, chain, 0, shown.length);
            return servers.isNode(chain);
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /** When the own certificate's validity ends; empty when there is none. */
    public Optional<Instant> expiry() {
        return expiry;
    }

    /** Stops looking at the files. What was made with it goes on with what was last read. Idempotent. */
    @Override
    public void close() {
        if (looks != null) {
            looks.cancel(false);
        }
    }
}
