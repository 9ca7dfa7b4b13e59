package io.titankv.client.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where certificates and keys lie, all PEM. Immutable.
 *
 * @param ca certificates of the authorities that sign the nodes' certificates; null: those that the JDK trusts
 * @param certificate the certificate to show, its intermediates after it; null: none
 * @param key its private key, PKCS#8, RSA or EC, not encrypted; null: none
 * @param clientCa authorities that sign certificates of clients beside {@code ca}; null: none. Only for nodes
 */
public record TlsFiles(
        @Nullable Path ca,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path clientCa) {
    /** The names of the settings, as the {@code titan} command and its files have them. */
    static final String CA = "tls-ca";

    static final String CERTIFICATE = "tls-cert";
    static final String KEY = "tls-key";
    static final String CLIENT_CA = "tls-client-ca";

    /** @throws TlsException when there is a certificate without a key, or a key without a certificate */
    public TlsFiles {
        if (certificate != null && key == null) {
            throw new TlsException(CERTIFICATE + " " + certificate + ": its key is missing, set " + KEY + " too");
        }
        if (key != null && certificate == null) {
            throw new TlsException(KEY + " " + key + ": its certificate is missing, set " + CERTIFICATE + " too");
        }
    }

    /** A client that shows no certificate, and trusts nodes by the JDK's authorities. */
    public static TlsFiles ofJdkAuthorities() {
        return new TlsFiles(null, null, null, null);
    }

    /** A client that shows no certificate. */
    public static TlsFiles of(Path ca) {
        return new TlsFiles(ca, null, null, null);
    }

    /** A client or node that shows a certificate. */
    public static TlsFiles of(Path ca, Path certificate, Path key) {
        return new TlsFiles(ca, certificate, key, null);
    }

    /**
     * The same, when it is all that a node needs.
     *
     * @throws TlsException when something is missing
     */
    TlsFiles requireForNode() {
        requireSet(CERTIFICATE, certificate);
        requireSet(KEY, key);
        requireSet(CA, ca);
        return this;
    }

    private static void requireSet(String setting, @Nullable Path file) {
        if (file == null) {
            throw new TlsException(
                    setting + " is missing: a node with TLS needs " + CERTIFICATE + ", " + KEY + " and " + CA);
        }
    }
}
