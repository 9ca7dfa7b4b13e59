package io.titankv.client.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trusts whom the trust manager of the moment trusts. Thread-safe. */
final class SwappableTrust extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(SwappableTrust.class);
    private static final Duration LOG_EVERY = Duration.ofSeconds(10);

    private final boolean nodesOnly;
    private final AtomicLong refused = new AtomicLong();
    /** When it was last logged, nanoseconds; 0: never. */
    private final AtomicLong logged = new AtomicLong();

    private volatile X509ExtendedTrustManager now;

    /** @param nodesOnly whether a caller needs the certificate of a node */
    SwappableTrust(boolean nodesOnly, X509ExtendedTrustManager first) {
        this.nodesOnly = nodesOnly;
        now = first;
    }

    void swap(X509ExtendedTrustManager next) {
        now = next;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private void checkCaller(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
            if (nodesOnly) {
                NodeCertificate.require(chain[0]);
            }
        } catch (CertificateException e) {
            logRefused(chain[0], e);
            throw e;
        }
    }

    /** The caller hears no more than an alert, and may be anybody: so the reason stands here, and not too often. */
    private void logRefused(X509Certificate shown, CertificateException why) {
        long refusedNow = refused.incrementAndGet();
        long last = logged.get();
        long now = System.nanoTime();
        if ((last == 0 || now - last > LOG_EVERY.toNanos()) && logged.compareAndSet(last, now)) {
            LOG.atWarn()
                    .addKeyValue("subject", shown.getSubjectX500Principal())
                    .addKeyValue("issuer", shown.getIssuerX500Principal())
                    .addKeyValue("cause", why.getMessage())
                    .addKeyValue("refused_so_far", refusedNow)
                    .log("caller refused, by its certificate");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkCaller(chain, () -> now.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkCaller(chain, () -> now.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkCaller(chain, () -> now.checkClientTrusted(chain, authType, engine));
    }

    /** Whether the certificates are those of a node; nothing is logged when not. */
    boolean isNode(X509Certificate[] chain) {
        try {
            now.checkClientTrusted(chain, "UNKNOWN");
            NodeCertificate.require(chain[0]);
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        now.checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        now.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        now.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return now.getAcceptedIssuers();
    }
}
