package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import io.titankv.proto.durable.v1.BeginImport;
import io.titankv.proto.durable.v1.FreezeRanges;
import io.titankv.proto.durable.v1.ImportEnd;
import io.titankv.proto.durable.v1.ImportRecords;
import io.titankv.proto.durable.v1.ImportedRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferStepsTest {
    private static final TokenRange OWNED = new TokenRange(0, 1000);
    private static final TokenRange MIDDLE = new TokenRange(400, 600);
    private static final TokenRange FOREIGN = new TokenRange(2000, 3000);
    private static final Epoch NEXT = new Epoch(2);

    private final TransferSteps owner =
            new TransferSteps(new Ownership(new Epoch(1), List.of(OWNED)), TransferPart.NONE);

    private static BeginImport begin(long transfer, long attempt, TokenRange... ranges) {
        return BeginImport.newBuilder()
                .setTransfer(transfer)
                .setAttempt(attempt)
                .addAllRanges(ShardCommands.owned(List.of(ranges)))
                .build();
    }

    private static FreezeRanges freeze(long transfer, TokenRange... ranges) {
        return FreezeRanges.newBuilder()
                .setTransfer(transfer)
                .addAllRanges(ShardCommands.owned(List.of(ranges)))
                .build();
    }

    private static ImportRecords.Builder records(long transfer, long attempt, long sequence, long... tokens) {
        ImportRecords.Builder records = ImportRecords.newBuilder()
                .setTransfer(transfer)
                .setAttempt(attempt)
                .setSequence(sequence);
        for (long token : tokens) {
            records.addRecords(ImportedRecord.newBuilder()
                    .setToken(token)
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setPut(ByteString.copyFromUtf8("v")));
        }
        return records;
    }

    private static TransferSteps done(TransferSteps.Outcome outcome) {
        assertThat(outcome.refusal()).isEmpty();
        return outcome.after();
    }

    private static void refused(TransferSteps.Outcome outcome, String why) {
        assertThat(outcome.refusal()).contains(why);
        assertThat(outcome.dropped()).isEmpty();
    }

    private TransferSteps complete() {
        TransferSteps begun = done(owner.beginImport(begin(5, 1, FOREIGN)));
        return done(begun.importRecords(
                records(5, 1, 0, 2500).setEnd(ImportEnd.getDefaultInstance()).build()));
    }

    @Test
    void frozen_ranges_are_neither_served_nor_foreign() {
        TransferSteps frozen = done(owner.freeze(freeze(5, MIDDLE)));
        assertThat(frozen.ownership().ranges()).containsExactly(new TokenRange(0, 400), new TokenRange(600, 1000));
        assertThat(frozen.ownership().owns(500)).isFalse();
        assertThat(frozen.ownership().isFrozen(500)).isTrue();
        assertThat(frozen.ownership().isFrozen(OWNED)).isTrue();
        assertThat(frozen.ownership().isFrozen(399)).isFalse();
        assertThat(done(frozen.freeze(freeze(5, MIDDLE)))).isEqualTo(frozen);
    }

    @Test
    void what_was_given_up_is_served_as_before() {
        TransferSteps frozen = done(owner.freeze(freeze(5, MIDDLE)));
        TransferSteps after = done(frozen.unfreeze(5));
        assertThat(after.ownership()).isEqualTo(owner.ownership());
        refused(after.freeze(freeze(5, MIDDLE)), "transfer 5 is settled here");
        refused(after.freeze(freeze(4, MIDDLE)), "up to 5 all are");
        assertThat(done(after.unfreeze(5))).isEqualTo(after);
        var _ = done(after.freeze(freeze(6, MIDDLE)));
    }

    @Test
    void a_transfer_given_up_before_it_was_heard_of_does_not_begin_later() {
        refused(done(owner.unfreeze(5)).freeze(freeze(5, MIDDLE)), "settled");
        refused(done(owner.abortImport(5)).beginImport(begin(5, 1, FOREIGN)), "settled");
    }

    @Test
    void what_was_handed_over_is_deleted_and_foreign() {
        TransferSteps frozen = done(owner.freeze(freeze(5, MIDDLE)));
        TransferSteps.Outcome forgotten = frozen.forget(5, NEXT);
        assertThat(forgotten.dropped()).containsExactly(MIDDLE);
        assertThat(done(forgotten).ownership().frozen()).isEmpty();
        assertThat(done(forgotten).ownership().epoch()).isEqualTo(NEXT);
        assertThat(forgotten.after().forget(5, NEXT).dropped()).isEmpty();
    }

    @Test
    void nothing_is_forgotten_that_is_not_frozen() {
        refused(owner.forget(5, NEXT), "not frozen");
        refused(done(owner.freeze(freeze(5, MIDDLE))).forget(6, NEXT), "not frozen");
    }

    @Test
    void only_what_is_owned_is_frozen() {
        refused(owner.freeze(freeze(5, FOREIGN)), "does not own");
        refused(owner.freeze(freeze(5, new TokenRange(900, 1001))), "does not own");
        refused(owner.freeze(freeze(5)), "does not own");
        refused(
                done(owner.freeze(freeze(5, MIDDLE))).freeze(freeze(6, new TokenRange(0, 1))),
                "takes part in transfer 5");
    }

    @Test
    void what_is_complete_is_served_once_it_is_decided() {
        TransferSteps complete = complete();
        assertThat(complete.ownership().owns(2500)).isFalse();
        TransferSteps after = done(complete.finishImport(5, NEXT));
        assertThat(after.ownership().owns(2500)).isTrue();
        assertThat(after.ownership().epoch()).isEqualTo(NEXT);
        assertThat(done(after.finishImport(5, NEXT))).isEqualTo(after);
        assertThat(after.abortImport(5).dropped()).isEmpty();
    }

    @Test
    void what_is_not_complete_is_not_finished() {
        refused(owner.finishImport(5, NEXT), "not complete");
        TransferSteps begun = done(owner.beginImport(begin(5, 1, FOREIGN)));
        refused(begun.finishImport(5, NEXT), "not complete");
        refused(complete().finishImport(6, NEXT), "not complete");
    }

    @Test
    void what_is_complete_is_not_begun_anew() {
        refused(complete().beginImport(begin(5, 2, FOREIGN)), "complete");
        refused(complete().importRecords(records(5, 1, 1, 2500).build()), "waits for none");
    }

    @Test
    void an_attempt_deletes_what_the_one_before_brought() {
        TransferSteps.Outcome first = owner.beginImport(begin(5, 1, FOREIGN));
        TransferSteps one =
                done(done(first).importRecords(records(5, 1, 0, 2000, 2999).build()));
        refused(one.importRecords(records(5, 1, 0, 2000).build()), "attempt 1 waits for 1");
        refused(one.beginImport(begin(5, 1, FOREIGN)), "attempt 1 of transfer 5 is over");
        TransferSteps.Outcome second = one.beginImport(begin(5, 2, FOREIGN));
        assertThat(second.dropped()).containsExactly(FOREIGN);
        refused(done(second).importRecords(records(5, 1, 1, 2000).build()), "attempt 2 waits for 0");
        assertThat(done(second).abortImport(5).dropped()).containsExactly(FOREIGN);
    }

    @Test
    void only_records_of_the_ranges_are_taken_in() {
        TransferSteps begun = done(owner.beginImport(begin(5, 1, FOREIGN)));
        refused(begun.importRecords(records(5, 1, 0, 2500, 3000).build()), "token 3000");
    }

    @Test
    void nothing_is_imported_that_is_owned() {
        refused(owner.beginImport(begin(5, 1, new TokenRange(999, 2000))), "owned already");
        refused(owner.beginImport(begin(5, 1)), "no ranges");
        refused(owner.beginImport(begin(5, 1, FOREIGN, new TokenRange(2500, 2600))), "overlap");
    }

    @Test
    void is_stored_as_it_is() {
        for (TransferSteps each : List.of(
                owner,
                done(owner.freeze(freeze(5, MIDDLE))),
                done(owner.beginImport(begin(7, 3, FOREIGN))),
                complete(),
                done(complete().finishImport(5, NEXT)))) {
            assertThat(TransferPart.fromStored(each.part().toStored().toByteArray()))
                    .isEqualTo(each.part());
            assertThat(Ownership.fromStored(each.ownership().toStored().toByteArray()))
                    .isEqualTo(each.ownership());
        }
    }
}
