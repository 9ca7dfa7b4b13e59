package io.titankv.client.testing;

import io.grpc.Status;
import io.titankv.proto.kv.v1.SessionOperation;
import io.titankv.proto.kv.v1.SessionResult;

/** What a fake node does with the operations of its sessions. */
@FunctionalInterface
public interface SessionBehaviour {
    /** The stream that an operation came on. */
    interface Stream {
        /** Answers operations, in one message. A stream that has ended swallows them. */
        void answer(SessionResult... results);

        /** Ends the stream from the server's side without an error. */
        void complete();

        /** Ends the stream with an error. */
        void fail(Status status);
    }

    void onOperation(SessionOperation operation, Stream stream);

    /** Answers nothing, ever. */
    static SessionBehaviour silent() {
        return (operation, stream) -> {};
    }
}
