package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.titankv.engine.StoredRecord;
import io.titankv.model.Key;
import io.titankv.multiraft.transfer.ExportLostException;
import io.titankv.multiraft.transfer.ExportSource;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Ranges go from one shard to the other and back while clients write to either, in every order: parts are lost and come twice, commands
 * come late, both shards crash and apply again, transfers are given up. Whatever happens, each token is served by one shard at most, and
 * that one does what a single shard that owned it all along would do.
 */
class RangeTransferProperties {
    private static final int STEPS = 150;

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void ranges_go_from_shard_to_shard_as_if_they_had_stayed(@ForAll long seed) throws Exception {
        RangeTransferRun run = new RangeTransferRun(seed);
        for (int i = 0; i < STEPS; i++) {
            run.step();
        }
        run.settle();
        assertTheOwnerHasWhatWasWritten(run);
        ExportSource settled = run.shards[run.to()].machine;
        assertThatThrownBy(() -> settled.openExport(run.transfer - 1, List.of(RangeTransferRun.MOVING)))
                .isInstanceOf(ExportLostException.class);
        // Requests that were answered before a transfer are known behind it.
        for (int i = 0; i < 20; i++) {
            run.write();
        }
    }

    private static void assertTheOwnerHasWhatWasWritten(RangeTransferRun run) {
        ShardFixture here = run.shards[run.owner];
        assertThat(here.machine.ownership().owns(RangeTransferRun.MOVING)).isTrue();
        assertThat(run.shards[run.to()]
                        .store()
                        .count(RangeTransferRun.MOVING.startInclusive(), RangeTransferRun.MOVING.endExclusive()))
                .isZero();
        for (Key key : RangeTransferRun.MOVING_KEYS) {
            ShardModel.Value expected = run.model.values.get(key);
            StoredRecord found = here.store().getOrNull(key.token().bits(), key.toStored());
            assertThat(
                            found == null
                                    ? null
                                    : ByteString.copyFrom(found.valueArray()).toStringUtf8())
                    .isEqualTo(expected == null ? null : expected.text());
            assertThat(found == null ? 0 : found.version()).isEqualTo(expected == null ? 0 : expected.version());
        }
    }

    /** So that the property above is known to meet what it is about. */
    @Property(tries = 1)
    void the_runs_see_every_end_of_a_transfer() throws Exception {
        int committed = 0;
        int aborted = 0;
        int attempts = 0;
        int crashes = 0;
        for (long seed = 0; seed < 60; seed++) {
            RangeTransferRun run = new RangeTransferRun(seed);
            for (int i = 0; i < STEPS; i++) {
                run.step();
            }
            run.settle();
            committed += run.committed;
            aborted += run.aborted;
            attempts += run.attempts;
            crashes += run.crashes;
        }
        assertThat(committed).isGreaterThan(60);
        assertThat(aborted).isGreaterThan(20);
        assertThat(attempts).isGreaterThan(committed + aborted);
        assertThat(crashes).isGreaterThan(200);
    }
}
