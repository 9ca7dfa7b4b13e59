package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.server.protocol.TermIndex;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotStagingTest {
    private static final NodeId LEADER = new NodeId("n2");
    private static final LogPosition FIRST_IN_LOG = new LogPosition(3, 40);

    @TempDir
    private Path directory;

    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<String> faults = new ArrayList<>();
    private final NodeLife life = new NodeLife(false, 0);
    private @Nullable RecordingStateMachine source;
    private RecordingStateMachine machine;
    private SnapshotStaging staging;

    @BeforeEach
    void open() {
        machine = new RecordingStateMachine(directory.resolve("here"), node -> source);
        machine.open();
        staging = new SnapshotStaging(machine, new Faults(), life, command -> {
            synchronized (work) {
                work.add(command);
            }
        });
    }

    @AfterEach
    void close() {
        machine.close();
        if (source != null) {
            source.close();
        }
    }

    @Test
    void isUnderWayUntilRatisHasInstalledIt() {
        RecordingStateMachine theirs = new RecordingStateMachine(directory.resolve("there"), node -> null);
        source = theirs;
        theirs.open();
        theirs.apply(new LogPosition(2, 39), ByteString.copyFromUtf8("x"));

        CompletableFuture<TermIndex> answer = staging.begin(LEADER, FIRST_IN_LOG);
        assertThat(staging.installing()).isEqualTo(40);

        work(answer);
        assertThat(answer.join()).isEqualTo(TermIndex.valueOf(2, 39));
        assertThat(staging.staged()).isEqualTo(new LogPosition(2, 39));
        assertThat(staging.installing()).isEqualTo(40);

        staging.end();
        assertThat(staging.installing()).isEqualTo(-1);
    }

    @Test
    void thatThereIsNothingToInstallIsStillToBeHeardByALeader() {
        source = new RecordingStateMachine(directory.resolve("there"), node -> null);

        CompletableFuture<TermIndex> answer = staging.begin(LEADER, FIRST_IN_LOG);
        work(answer);

        assertThat(answer.join()).isNull();
        assertThat(staging.installing()).isEqualTo(40);
        assertThat(staging.staged()).isEqualTo(LogPosition.NONE);
    }

    @Test
    void isOverWhenItFails() {
        CompletableFuture<TermIndex> answer = staging.begin(LEADER, FIRST_IN_LOG);
        work(answer);

        assertThat(answer).isCompletedExceptionally();
        assertThat(staging.installing()).isEqualTo(-1);
        assertThat(faults).isEmpty();
    }

    /** As the workers would, until it is answered. */
    private void work(CompletableFuture<?> answer) {
        Awaitility.await().until(() -> {
            Runnable next;
            synchronized (work) {
                next = work.poll();
            }
            if (next != null) {
                next.run();
            }
            return answer.isDone();
        });
    }

    private final class Faults implements StateMachineAdapter.Events {
        @Override
        public void onApplied(long index) {
            throw new AssertionError("nothing is applied");
        }

        @Override
        public void onFault(String what, Throwable cause) {
            faults.add(what + ": " + Objects.requireNonNull(cause.getMessage()));
        }

        @Override
        public void onLeadershipChanged() {
            throw new AssertionError("nobody leads");
        }

        @Override
        public void onLostLeadership() {
            throw new AssertionError("nobody leads");
        }

        @Override
        public void onSnapshotTaken(long purgeable) {
            throw new AssertionError("none is taken");
        }
    }
}
