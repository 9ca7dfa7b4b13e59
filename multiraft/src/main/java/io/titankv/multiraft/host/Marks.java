package io.titankv.multiraft.host;

import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.UnknownFieldSet;

/**
 * What our nodes add to Ratis' messages: fields that Ratis does not know, and so carries along untouched. A number once used keeps its
 * meaning.
 */
final class Marks {
    /** In a reply: my log or state is rotten, do not count on anything that I held. */
    private static final int ROTTEN = 20_001;

    /** In a request: you are committed to be no voter; forget everything but your vote, and begin anew. */
    private static final int START_OVER = 20_002;

    /** In a reply: I began anew and want to be a voter again once I have caught up. */
    private static final int RETURNING = 20_003;

    /** In a request: I hand over and count on no lease; vote as you like. */
    private static final int LEASE_FORFEITED = 20_004;

    /** In a reply: I am installing a snapshot that a leader told me of whose log begins at this index, or have one ready. */
    private static final int INSTALLING = 20_005;

    /** In a reply: the disk of my node is nearly full. */
    private static final int DISK_FULL = 20_006;

    private Marks() {}

    static AppendEntriesReplyProto rotten(AppendEntriesReplyProto reply) {
        return reply.toBuilder()
                .setUnknownFields(with(reply.getUnknownFields(), ROTTEN))
                .build();
    }

    static boolean isRotten(AppendEntriesReplyProto reply) {
        return reply.getUnknownFields().hasField(ROTTEN);
    }

    static AppendEntriesReplyProto returning(AppendEntriesReplyProto reply) {
        return reply.toBuilder()
                .setUnknownFields(with(reply.getUnknownFields(), RETURNING))
                .build();
    }

    static boolean isReturning(AppendEntriesReplyProto reply) {
        return reply.getUnknownFields().hasField(RETURNING);
    }

    static AppendEntriesRequestProto startOver(AppendEntriesRequestProto request) {
        return request.toBuilder()
                .setUnknownFields(with(request.getUnknownFields(), START_OVER))
                .build();
    }

    static boolean isStartOver(AppendEntriesRequestProto request) {
        return request.getUnknownFields().hasField(START_OVER);
    }

    static AppendEntriesRequestProto leaseForfeited(AppendEntriesRequestProto request) {
        return request.toBuilder()
                .setUnknownFields(with(request.getUnknownFields(), LEASE_FORFEITED))
                .build();
    }

    static boolean isLeaseForfeited(AppendEntriesRequestProto request) {
        return request.getUnknownFields().hasField(LEASE_FORFEITED);
    }

    static AppendEntriesReplyProto installing(AppendEntriesReplyProto reply, long index) {
        return reply.toBuilder()
                .setUnknownFields(with(reply.getUnknownFields(), INSTALLING, index))
                .build();
    }

    /** The index of that mark; -1 when the follower installs no snapshot. */
    static long installing(AppendEntriesReplyProto reply) {
        UnknownFieldSet fields = reply.getUnknownFields();
        return fields.hasField(INSTALLING)
                ? fields.getField(INSTALLING).getVarintList().getLast()
                : -1;
    }

    static AppendEntriesReplyProto diskFull(AppendEntriesReplyProto reply) {
        return reply.toBuilder()
                .setUnknownFields(with(reply.getUnknownFields(), DISK_FULL))
                .build();
    }

    static boolean isDiskFull(AppendEntriesReplyProto reply) {
        return reply.getUnknownFields().hasField(DISK_FULL);
    }

    private static UnknownFieldSet with(UnknownFieldSet fields, int mark) {
        return with(fields, mark, 1);
    }

    private static UnknownFieldSet with(UnknownFieldSet fields, int mark, long value) {
        return UnknownFieldSet.newBuilder(fields)
                .mergeField(
                        mark,
                        UnknownFieldSet.Field.newBuilder().addVarint(value).build())
                .build();
    }
}
