package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.junit.jupiter.api.Test;

/** What Ratis is told: that a handshake is done at all, and by whom, is shown with whole nodes. */
final class PeerTlsTest {
    @Test
    void bothSidesShowACertificateAndNothingOlderThanTls13IsSpoken() throws Exception {
        KeyStore empty = KeyStore.getInstance(KeyStore.getDefaultType());
        empty.load(null, null);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(empty, new char[0]);
        TrustManagerFactory trusts = TrustManagerFactory.getInstance("PKIX");
        trusts.init((KeyStore) null);
        X509ExtendedKeyManager key = (X509ExtendedKeyManager) keys.getKeyManagers()[0];
        X509ExtendedTrustManager trust = (X509ExtendedTrustManager) trusts.getTrustManagers()[0];
        Parameters parameters = new Parameters();

        new PeerTls(key, trust).applyTo(parameters);

        GrpcTlsConfig told = GrpcConfigKeys.TLS.conf(parameters);
        assertThat(told.isMutualTls()).isTrue();
        assertThat(told.getProtocols()).containsExactly("TLSv1.3");
        assertThat(told.getKeyManager().getKeyManager()).isSameAs(key);
        assertThat(told.getTrustManager().getTrustManager()).isSameAs(trust);
    }
}
