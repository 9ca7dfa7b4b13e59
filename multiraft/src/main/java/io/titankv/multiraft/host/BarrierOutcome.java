package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import org.jspecify.annotations.Nullable;

/** What a read barrier found. */
public sealed interface BarrierOutcome {
    /** This replica led at an instant after the call; reading it now is linearizable. */
    record Passed() implements BarrierOutcome {}

    /** This replica does not lead. */
    record NotLeader(@Nullable NodeId leader) implements BarrierOutcome {}

    /** No majority answered in time. */
    record TimedOut() implements BarrierOutcome {}
}
