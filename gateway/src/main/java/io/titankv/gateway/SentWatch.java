package io.titankv.gateway;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** Knows of one call whether any of it left this process. A call that fails before that is known not to have been done. */
final class SentWatch extends ClientStreamTracer.Factory {
    private volatile boolean sent;

    boolean mayHaveBeenSent() {
        return sent;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {
            // The transport has written the headers; nothing can precede them.
            @Override
            public void outboundHeaders() {
                sent = true;
            }
        };
    }
}
