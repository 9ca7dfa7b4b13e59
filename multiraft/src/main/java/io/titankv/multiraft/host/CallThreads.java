package io.titankv.multiraft.host;

import java.util.concurrent.Executor;
import org.apache.ratis.thirdparty.com.google.common.util.concurrent.MoreExecutors;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;

/**
 * On which threads the messages of other servers are handled. What a leader sends is handled right where it comes in: it goes into a
 * queue of the log's, and another thread on the way costs more than that does. Everything else may wait for the disk or for a lock, and
 * goes to threads of its own. Immutable.
 */
final class CallThreads implements ServerCallExecutorSupplier {
    private static final String APPEND = AppendMessages.APPEND.getFullMethodName();

    private final Executor others;

    /** @param others for all but the leaders' messages */
    CallThreads(Executor others) {
        this.others = others;
    }

    @Override
    public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
        return of(call.getMethodDescriptor().getFullMethodName());
    }

    /** @param method its full name */
    Executor of(String method) {
        return method.equals(APPEND) ? MoreExecutors.directExecutor() : others;
    }
}
