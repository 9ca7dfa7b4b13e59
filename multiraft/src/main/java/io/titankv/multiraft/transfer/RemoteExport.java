package io.titankv.multiraft.transfer;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.model.GroupId;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.OwnedRange;
import io.titankv.proto.internal.v1.CloseExportRequest;
import io.titankv.proto.internal.v1.OpenExportRequest;
import io.titankv.proto.internal.v1.OpenExportResponse;
import io.titankv.proto.internal.v1.RangeExportGrpc;
import io.titankv.proto.internal.v1.ReadExportRequest;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An export on another node. Used by one thread, which it blocks. */
final class RemoteExport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteExport.class);
    private static final long CALL_SECONDS = 10;

    private final RangeExportGrpc.RangeExportBlockingStub stub;
    private final OpenExportResponse opened;
    private long sequence;

    private RemoteExport(RangeExportGrpc.RangeExportBlockingStub stub, OpenExportResponse opened) {
        this.stub = stub;
        this.opened = opened;
    }

    /** @throws StatusRuntimeException when the node does not answer, or refuses */
    static RemoteExport open(Channel node, String clusterId, GroupId group, long transfer, List<TokenRange> ranges) {
        RangeExportGrpc.RangeExportBlockingStub stub = RangeExportGrpc.newBlockingStub(node);
        OpenExportRequest.Builder request = OpenExportRequest.newBuilder()
                .setClusterId(clusterId)
                .setGroup(group.toString())
                .setTransfer(transfer);
        ranges.forEach(range -> request.addRanges(OwnedRange.newBuilder()
                .setStartInclusive(range.startInclusive())
                .setEndExclusive(range.endExclusive())));
        return new RemoteExport(
                stub, stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS).openExport(request.build()));
    }

    long keys() {
        return opened.getKeys();
    }

    /** The next part; asked for once more when the answer was lost. */
    ReadExportResponse read(int bytesMax) {
        ReadExportRequest request = ReadExportRequest.newBuilder()
                .setExportId(opened.getExportId())
                .setSequence(sequence)
                .setBytesMax(bytesMax)
                .build();
        ReadExportResponse part;
        try {
            part = read(request);
        } catch (StatusRuntimeException e) {
            boolean mayBeLost = e.getStatus().getCode() == Status.Code.UNAVAILABLE
                    || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
            if (!mayBeLost) {
                throw e;
            }
            part = read(request);
        }
        sequence++;
        return part;
    }

    private ReadExportResponse read(ReadExportRequest request) {
        return stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS).readExport(request);
    }

    @Override
    public void close() {
        try {
            var _ = stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .closeExport(CloseExportRequest.newBuilder()
                            .setExportId(opened.getExportId())
                            .build());
        } catch (StatusRuntimeException e) {
            // Its lease ends it there.
            LOG.atDebug().setCause(e).log("an export could not be closed");
        }
    }
}
