package io.titankv.multiraft.host;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.jspecify.annotations.Nullable;

/**
 * Ratis over gRPC with our guards in between: {@link PeerDoor} and {@link AppendDoor} before everything that comes in, {@link Leadership} beside
 * everything that a leader sends, which goes by {@link AppendLink}. Ratis makes it by name; each server's own state comes through {@link Parameters}, because
 * several servers may live in one JVM.
 */
public final class GuardedRpc implements RpcType {
    private static final String WIRING = "titan.wiring";

    /** For Ratis, by reflection. */
    public GuardedRpc() {}

    static Parameters parameters(Wiring wiring, @Nullable PeerTls tls) {
        Parameters parameters = new Parameters();
        if (tls != null) {
            tls.applyTo(parameters);
        }
        parameters.put(WIRING, wiring, Wiring.class);
        Executor messages = wiring.clock().messages();
        GrpcConfigKeys.Server.setServicesCustomizer(
                parameters,
                (builder, types) -> builder.executor(messages)
                        .callExecutor(new CallThreads(messages))
                        .addService(
                                AppendService.of(new AppendDoor(wiring)::append, wiring.elections()::onStreamEnded)));
        return parameters;
    }

    @Override
    public String name() {
        return GuardedRpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters, Objects.requireNonNull(parameters.get(WIRING, Wiring.class)));
    }

    private static final class Factory extends GrpcFactory {
        private final Wiring wiring;

        Factory(Parameters parameters, Wiring wiring) {
            super(parameters);
            this.wiring = wiring;
        }

        @Override
        public GrpcServices newRaftServerRpc(RaftServer server) {
            return super.newRaftServerRpc(new PeerDoor(server, wiring));
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division division, LeaderState state, FollowerInfo follower) {
            Leadership leadership = wiring.leaderships().of(division, state);
            LogAppender appender = wiring.links().newSender(division, leadership, follower);
            leadership.add(appender);
            return appender;
        }
    }
}
