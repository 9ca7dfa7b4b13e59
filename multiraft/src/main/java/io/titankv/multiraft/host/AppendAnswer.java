package io.titankv.multiraft.host;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;

/** What a follower's node says to one append. */
sealed interface AppendAnswer {
    /** Of the request, as its leader numbered it. */
    long callId();

    /** What the follower's Ratis replied. */
    record Reply(AppendEntriesReplyProto reply) implements AppendAnswer {
        @Override
        public long callId() {
            return reply.getServerReply().getCallId();
        }
    }

    /** It was not handled: the group is not served there, or its log failed. For the sender as if it had been lost. */
    record Failure(long callId, String cause) implements AppendAnswer {}
}
