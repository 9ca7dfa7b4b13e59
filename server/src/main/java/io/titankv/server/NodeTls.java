package io.titankv.server;

import io.titankv.client.tls.TlsFiles;

/**
 * How a node speaks TLS: with clients, and both ways with other nodes. Immutable.
 *
 * @param files the node's certificate and key, the authorities of the cluster, and those of clients
 * @param clientsNeedCertificate whether a client that shows no certificate is refused; nodes always need one
 */
public record NodeTls(TlsFiles files, boolean clientsNeedCertificate) {
    /** As asked for by those who name nothing: logins are not built, so a certificate is all that keeps strangers out. */
    public static NodeTls of(TlsFiles files) {
        return new NodeTls(files, true);
    }
}
