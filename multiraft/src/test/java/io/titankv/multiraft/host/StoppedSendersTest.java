package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.leader.LogAppender;
import org.junit.jupiter.api.Test;

final class StoppedSendersTest {
    private static final RaftPeerId N2 = RaftPeerId.valueOf("n2");

    private final Map<RaftPeerId, FollowerSender> senders = new HashMap<>();
    private final Set<RaftPeerId> members = new HashSet<>(Set.of(N2));
    private final List<String> done = new ArrayList<>();
    private final StoppedSenders stopped = new StoppedSenders();
    private boolean running;

    private void sweep() {
        stopped.sweep(senders, members::contains, appender -> {
            done.add("restart");
            start();
        });
    }

    private void start() {
        running = true;
        LogAppender appender = (LogAppender) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {LogAppender.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isRunning" -> running;
                    case "stopAsync" -> {
                        running = false;
                        done.add("stop");
                        yield CompletableFuture.completedFuture(null);
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        senders.put(N2, new FollowerSender(appender, (sender, proven) -> {}));
    }

    @Test
    void aStoppedSenderOfAMemberIsStartedOnce() {
        start();
        sweep();
        assertThat(done).isEmpty();

        running = false;
        sweep();
        sweep();

        assertThat(done).containsExactly("restart");
    }

    @Test
    void oneThatWasStartedAsItsFollowerWentIsStopped() {
        start();
        running = false;
        sweep();

        members.clear();
        sweep();
        sweep();

        assertThat(done).containsExactly("restart", "stop");
        assertThat(running).isFalse();
    }

    /** It catches up, to be a member soon. */
    @Test
    void oneThatRatisStartedForAFollowerToBeIsLeftAlone() {
        members.clear();
        start();

        sweep();

        assertThat(done).isEmpty();
        assertThat(running).isTrue();
    }
}
