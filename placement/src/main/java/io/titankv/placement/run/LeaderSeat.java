package io.titankv.placement.run;

import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanError;
import io.titankv.proto.errors.TitanErrors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This node's leadership of placement, for those who answer calls: whether there is one, and the errors for when there is not. Thread-safe. */
final class LeaderSeat {
    private final Supplier<@Nullable LeaderSession> sitting;
    private final Supplier<TitanError> notLeader;

    LeaderSeat(Supplier<@Nullable LeaderSession> sitting, Supplier<TitanError> notLeader) {
        this.sitting = sitting;
        this.notLeader = notLeader;
    }

    /** The leadership, as far as this node knows: see {@link #confirmed}. */
    Optional<LeaderSession> taken() {
        return Optional.ofNullable(sitting.get())
                .filter(session -> session.replica.status().leads());
    }

    /** What a node says that does not lead, with the leader's address where it is known. */
    TitanError notLeader() {
        return notLeader.get();
    }

    /** Completes when this node led at some instant after the call and the cluster is founded; else with an error for the wire. */
    CompletableFuture<LeaderSession> confirmed(LeaderSession session) {
        return session.confirmed().thenApply(leads -> {
            if (!leads) {
                throw TitanErrors.toException(notLeader.get());
            }
            if (!session.state().isFounded()) {
                throw TitanErrors.toException(ErrorReason.NOT_READY, "the cluster is being founded");
            }
            return session;
        });
    }

    /** A future's failure as it goes over the wire. */
    static Throwable wireError(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
