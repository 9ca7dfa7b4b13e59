package io.titankv.placement.plan;

import java.util.List;

/** What a planner answers: a plan, that nothing is to be done, or that it cannot be done. */
public sealed interface Decision permits Plan, Decision.Rest, PlanRefused {
    /**
     * Nothing to do now.
     *
     * @param waiting what would be to do but is held back; empty: all is as it should be
     */
    record Rest(List<WaitingOn> waiting) implements Decision {
        /** All is as it should be. */
        public static final Rest DONE = new Rest(List.of());

        public Rest {
            waiting = List.copyOf(waiting);
        }
    }
}
