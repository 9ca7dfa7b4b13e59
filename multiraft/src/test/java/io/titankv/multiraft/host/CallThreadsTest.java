package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;

class CallThreadsTest {
    private final List<Runnable> handedOver = new ArrayList<>();
    private final CallThreads threads = new CallThreads(handedOver::add);

    @Test
    void whatALeaderSendsIsHandledWhereItComesIn() {
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        threads.of(AppendMessages.APPEND.getFullMethodName()).execute(() -> ranOn.set(Thread.currentThread()));
        assertThat(ranOn.get()).isSameAs(Thread.currentThread());
        assertThat(handedOver).isEmpty();
    }

    /** Votes are written to the disk before they are given. */
    @Test
    void everythingElseIsHandedOver() {
        List<MethodDescriptor<?, ?>> others = List.of(
                RaftServerProtocolServiceGrpc.getRequestVoteMethod(),
                RaftServerProtocolServiceGrpc.getStartLeaderElectionMethod(),
                RaftServerProtocolServiceGrpc.getInstallSnapshotMethod(),
                RaftServerProtocolServiceGrpc.getReadIndexMethod());
        for (MethodDescriptor<?, ?> method : others) {
            threads.of(method.getFullMethodName()).execute(() -> {});
        }
        assertThat(handedOver).hasSize(others.size());
    }
}
