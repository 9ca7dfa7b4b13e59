package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.client.tls.TlsFiles;
import io.titankv.client.tls.TlsStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A caller of a node's Raft port that is no Raft: it says the first words of HTTP/2 and looks whether anybody answers. Immutable. */
record RaftPort(HostPort address) {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int PATIENCE_MILLIS = 20_000;

    /** Where HTTP/2 says that a frame is one of settings. */
    private static final int FRAME_TYPE_AT = 3;

    private static final byte SETTINGS = 4;

    static RaftPort of(TitanServer server) {
        return new RaftPort(HostPort.parse(server.raftAddress()));
    }

    /** Whether it is served over TLS. In TLS 1.3 a caller hears that it is refused after its own part of the handshake. */
    boolean servesOverTls(TlsFiles files) throws IOException, GeneralSecurityException {
        try (TlsStore store = TlsStore.forClient(files);
                SSLSocket socket = connect(store, files.key() != null)) {
            return isServed(socket);
        }
    }

    boolean servesPlainText() throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName(address.host()), address.port())) {
            return isServed(socket);
        }
    }

    /** Whose certificate is shown to callers. */
    String subject(TlsFiles files) throws IOException, GeneralSecurityException {
        try (TlsStore store = TlsStore.forClient(files);
                SSLSocket socket = connect(store, false)) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    private SSLSocket connect(TlsStore store, boolean showing) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = showing ? new KeyManager[] {store.keyManager()} : new KeyManager[0];
        context.init(keys, new TrustManager[] {store.nodeTrust()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.host(), address.port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static boolean isServed(Socket socket) {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(PREFACE);
            socket.getOutputStream().write(EMPTY_SETTINGS);
            byte[] answer = socket.getInputStream().readNBytes(FRAME_TYPE_AT + 1);
            return answer.length > FRAME_TYPE_AT && answer[FRAME_TYPE_AT] == SETTINGS;
        } catch (IOException e) {
            return false;
        }
    }
}
