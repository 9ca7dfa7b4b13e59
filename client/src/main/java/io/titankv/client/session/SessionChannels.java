package io.titankv.client.session;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.titankv.client.tls.Channels;
import io.titankv.model.Limits;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes channels fit for {@link SessionLink}: they notice a dead connection, and take the largest answer. */
public final class SessionChannels {
    /** After this long without a byte on a connection with open streams, ask whether the other side lives. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    /** No answer to that for this long: the connection is dead. */
    private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;

    /** The largest answer, and room for what surrounds it. */
    private static final int MESSAGE_BYTES_MAX = Limits.REQUEST_BYTES_MAX + Limits.VALUE_BYTES_SETTING_MAX + (1 << 20);

    private SessionChannels() {}

    /**
     * A channel to one address, which connects when it is first used and is the caller's to shut down.
     *
     * @param address HOST:PORT
     * @param credentials null: plain text
     */
    public static ManagedChannel open(String address, @Nullable ChannelCredentials credentials) {
        return Channels.to(address, credentials)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                // Retrying is decided above, where it is known what may be sent twice.
                .disableRetry()
                .build();
    }
}
