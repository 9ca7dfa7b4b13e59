package io.titankv.multiraft.host;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.OpenSsl;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/**
 * TLS between the Raft of nodes: both sides show a certificate, and both check the other's. Both managers are asked at every
 * handshake, so that what they answer may change. Immutable.
 *
 * @param key shows this node's certificate
 * @param trust trusts nodes, and nobody else
 */
public record PeerTls(X509ExtendedKeyManager key, X509ExtendedTrustManager trust) {
    /** All nodes run this program: nothing older is needed. */
    private static final String PROTOCOL = "TLSv1.3";

    /** For the port of this node and for its connections to others; also for Ratis' clients and administrators, who share the port. */
    void applyTo(Parameters parameters) {
        GrpcConfigKeys.TLS.setConf(parameters, settings());
    }

    /** For our own connections to others. */
    SslContext toOthers() {
        return GrpcUtil.buildSslContextForClient(settings());
    }

    private GrpcTlsConfig settings() {
        return GrpcTlsConfig.newBuilder()
                .setName("titan-raft")
                .setKeyManager(key)
                .setTrustManager(trust)
                .setMutualTls(true)
                .setProtocols(PROTOCOL)
                .setSslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .build();
    }
}
