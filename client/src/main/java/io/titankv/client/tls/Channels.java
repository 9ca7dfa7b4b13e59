package io.titankv.client.tls;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;

/** Where every channel of a program of ours begins: there is no other way to one, so none is in plain text by oversight. */
public final class Channels {
    private Channels() {}

    /**
     * A channel to be, to one address.
     *
     * @param address HOST:PORT; over TLS the certificate of whoever answers must name the host
     * @param credentials null: plain text
     */
    public static ManagedChannelBuilder<?> to(String address, @Nullable ChannelCredentials credentials) {
        return Grpc.newChannelBuilder(address, credentials == null ? InsecureChannelCredentials.create() : credentials);
    }
}
