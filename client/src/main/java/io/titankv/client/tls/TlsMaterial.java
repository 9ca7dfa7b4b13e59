package io.titankv.client.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the files say, once it was found to be good. Immutable.
 *
 * @param servers trusts the nodes
 * @param callers trusts those who call a node, if they show a certificate: nodes and clients
 * @param chain the own certificate first; empty: none
 * @param key of the own certificate; null: none
 */
record TlsMaterial(
        X509ExtendedTrustManager servers,
        X509ExtendedTrustManager callers,
        List<X509Certificate> chain,
        @Nullable PrivateKey key) {
    private static final byte[] PROBE = {1, 2, 3, 4};

    /**
     * Judges what a client was given.
     *
     * @throws TlsException naming the setting, the file, and what is wrong
     */
    static TlsMaterial ofClient(TlsPems pems, Instant now) {
        X509ExtendedTrustManager servers =
                trust(pems.ca() == null ? List.of() : pems.ca().certificates());
        PemFile certificate = pems.certificate();
        if (certificate == null) {
            return new TlsMaterial(servers, servers, List.of(), null);
        }
        List<X509Certificate> chain = chain(certificate, now);
        return new TlsMaterial(servers, servers, chain, key(certificate, chain, Objects.requireNonNull(pems.key())));
    }

    /**
     * Judges what a node was given.
     *
     * @param hosts by which others reach the node; its certificate must name them
     * @throws TlsException naming the setting, the file, and what is wrong
     */
    static TlsMaterial ofNode(TlsPems pems, List<String> hosts, Instant now) {
        PemFile ca = Objects.requireNonNull(pems.ca());
        PemFile certificate = Objects.requireNonNull(pems.certificate());
        List<X509Certificate> roots = ca.certificates();
        List<X509Certificate> callers = new ArrayList<>(roots);
        if (pems.clientCa() != null) {
            callers.addAll(pems.clientCa().certificates());
        }
        List<X509Certificate> chain = chain(certificate, now);
        PrivateKey key = key(certificate, chain, Objects.requireNonNull(pems.key()));
        X509ExtendedTrustManager servers = trust(roots);
        requireNodes(certificate, chain, hosts, ca, servers);
        return new TlsMaterial(servers, trust(callers), chain, key);
    }

    private static List<X509Certificate> chain(PemFile file, Instant now) {
        List<X509Certificate> chain = file.certificates();
        X509Certificate own = chain.getFirst();
        if (now.isAfter(own.getNotAfter().toInstant())) {
            throw file.refusal("the certificate expired at " + own.getNotAfter().toInstant());
        }
        if (now.isBefore(own.getNotBefore().toInstant())) {
            throw file.refusal(
                    "the certificate is not valid before " + own.getNotBefore().toInstant());
        }
        return chain;
    }

    private static PrivateKey key(PemFile certificate, List<X509Certificate> chain, PemFile file) {
        file.requirePrivate();
        PublicKey shown = chain.getFirst().getPublicKey();
        String algorithm = shown.getAlgorithm();
        String signature = switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> throw certificate.refusal("its key is of the kind " + algorithm + ": there are RSA and EC");
        };
        PrivateKey key = file.key(algorithm);
        try {
            Signature signing = Signature.getInstance(signature);
            signing.initSign(key);
            signing.update(PROBE);
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(signature);
            verifying.initVerify(shown);
            verifying.update(PROBE);
            if (verifying.verify(signed)) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw file.refusal("the private key cannot be used: " + e.getMessage(), e);
        }
        throw file.refusal("is not the key of the certificate in " + certificate.path());
    }

    private static void requireNodes(
            PemFile file, List<X509Certificate> chain, List<String> hosts, PemFile ca, X509ExtendedTrustManager trust) {
        X509Certificate own = chain.getFirst();
        try {
            if (!NodeCertificate.isForBoth(own)) {
                throw file.refusal("a node's certificate needs the extended key usages serverAuth and clientAuth");
            }
            for (String host : hosts) {
                if (!NodeCertificate.names(own, host)) {
                    throw file.refusal("the certificate does not name " + host
                            + ", by which others reach this node: add it as a subject alternative name");
                }
            }
            X509Certificate[] shown = chain.toArray(X509Certificate[]::new);
            // What the other nodes will do with it.
            trust.checkServerTrusted(shown, "UNKNOWN");
            trust.checkClientTrusted(shown, "UNKNOWN");
        } catch (CertificateException e) {
            throw file.refusal(
                    "the certificate is not one that " + ca.path() + " (" + TlsFiles.CA + ") signed: " + e.getMessage(),
                    e);
        }
    }

    /** @param roots whom to trust; empty: those that the JDK trusts */
    private static X509ExtendedTrustManager trust(List<X509Certificate> roots) {
        try {
            KeyStore store = null;
            if (!roots.isEmpty()) {
                store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                for (int i = 0; i < roots.size(); i++) {
                    store.setCertificateEntry("ca-" + i, roots.get(i));
                }
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager trust) {
                    return trust;
                }
            }
            throw new IllegalStateException("this JDK's PKIX has no X509ExtendedTrustManager");
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("this JDK cannot keep certificates: " + e.getMessage(), e);
        }
    }
}
