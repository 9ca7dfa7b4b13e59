package io.titankv.placement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.model.LogPosition;
import io.titankv.model.NodeId;
import io.titankv.multiraft.snapshot.StateFetcher;
import io.titankv.placement.state.Commands;
import io.titankv.placement.state.PlacementState;
import io.titankv.placement.state.StoredForm;
import io.titankv.placement.state.UnsupportedFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacementStateMachineTest {
    private static final ByteString FOUND =
            StoredForm.found(Commands.founding(3, 4)).toByteString();

    @TempDir
    private Path directory = Path.of("unset");

    private PlacementState told = PlacementState.EMPTY;

    @Test
    void whatWasMadeDurableIsOpenedAndTheRestComesFromTheLogAgain() {
        PlacementStateMachine machine = machine(DurableFiles.DISK);
        assertThat(machine.open()).isEqualTo(LogPosition.NONE);
        machine.skipped(at(0));
        machine.apply(at(1), FOUND);
        assertThat(machine.makeDurable()).isEqualTo(at(1));
        machine.apply(at(2), register(1));

        machine = machine(DurableFiles.DISK);
        assertThat(machine.open()).isEqualTo(at(1));
        assertThat(told.clusterId()).isEqualTo(Commands.CLUSTER);
        assertThat(told.nodes()).isEmpty();
        machine.apply(at(2), register(1));
        assertThat(told.nodes()).hasSize(1);
        assertThat(told.revision()).isEqualTo(2);
    }

    @Test
    void anEntryIsNotAppliedTwice() {
        PlacementStateMachine machine = machine(DurableFiles.DISK);
        machine.open();
        machine.apply(at(1), FOUND);
        assertThatThrownBy(() -> machine.apply(at(1), register(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCrashWhileWritingLeavesTheOldState() throws IOException {
        PlacementStateMachine machine = machine(DurableFiles.DISK);
        machine.open();
        machine.apply(at(1), FOUND);
        machine.makeDurable();
        // The process died in the middle of the next write: the new file has no name yet.
        Path file = directory.resolve("placement").resolve(PlacementStateMachine.FILE_NAME);
        Files.write(file.resolveSibling(PlacementStateMachine.FILE_NAME + ".tmp"), new byte[] {1, 2, 3});

        assertThat(machine(DurableFiles.DISK).open()).isEqualTo(at(1));
    }

    @Test
    void aWriteThatFailsIsAFaultAndClaimsNothing() {
        PlacementStateMachine machine = machine(SimFiles.crashingAt(0, false));
        machine.open();
        machine.apply(at(1), FOUND);
        assertThatThrownBy(machine::makeDurable).isInstanceOf(UncheckedIOException.class);
        assertThat(machine(DurableFiles.DISK).open()).isEqualTo(LogPosition.NONE);
    }

    @Test
    void aFileWithOneBitChangedAnywhereIsNotOpened() throws IOException {
        PlacementStateMachine machine = machine(DurableFiles.DISK);
        machine.open();
        machine.apply(at(1), FOUND);
        machine.makeDurable();
        Path file = directory.resolve("placement").resolve(PlacementStateMachine.FILE_NAME);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(file, bad);
            assertThatThrownBy(() -> machine(DurableFiles.DISK).open())
                    .as("byte " + i)
                    .isInstanceOfAny(DamagedFileException.class, UnsupportedFormatException.class);
        }
        Files.write(file, java.util.Arrays.copyOf(good, good.length - 1));
        assertThatThrownBy(() -> machine(DurableFiles.DISK).open()).isInstanceOf(DamagedFileException.class);
    }

    @Test
    void aReplicaThatIsFarBehindTakesTheStateOfAnotherNode() {
        PlacementStateMachine source = machine(DurableFiles.DISK);
        source.open();
        source.apply(at(1), FOUND);
        source.apply(at(2), register(1));
        StateFetcher fetcher = request -> {
            assertThat(request.source()).isEqualTo(new NodeId("n1"));
            return source.checkpoint(request.incoming()).thenApply(files -> Optional.of(files.position()));
        };
        Path other = directory.resolve("other");
        PlacementStateMachine behind = machine(DurableFiles.DISK, other, fetcher);
        behind.open();

        assertThat(behind.stageSnapshot(new NodeId("n1"), at(3)).join()).isEqualTo(at(2));
        // What is open goes on meanwhile, and must not put the file back.
        behind.skipped(at(0));
        assertThat(behind.makeDurable()).isEqualTo(at(0));
        assertThat(behind.open()).isEqualTo(at(2));
        assertThat(told.nodes()).hasSize(1);
        assertThat(behind.stageSnapshot(new NodeId("n1"), at(3)).join())
                .as("nothing newer")
                .isNull();
    }

    @Test
    void aDestroyedReplicaLeavesNothing() {
        PlacementStateMachine machine = machine(DurableFiles.DISK);
        machine.open();
        machine.apply(at(1), FOUND);
        machine.makeDurable();
        machine.destroy();
        assertThat(directory.resolve("placement")).doesNotExist();
    }

    private PlacementStateMachine machine(DurableFiles files) {
        return machine(
                files, directory.resolve("placement"), request -> CompletableFuture.completedFuture(Optional.empty()));
    }

    private PlacementStateMachine machine(DurableFiles files, Path at, StateFetcher fetcher) {
        return new PlacementStateMachine(files, at, fetcher, Runnable::run, new PlacementStateMachine.Events() {
            @Override
            public void onState(PlacementState state) {
                told = state;
            }

            @Override
            public void onLeadership(@Nullable NodeId leader, long term, boolean self) {}
        });
    }

    private static ByteString register(int node) {
        return StoredForm.register(Commands.CLUSTER, Commands.node(node)).toByteString();
    }

    private static LogPosition at(long index) {
        return new LogPosition(1, index);
    }
}
