package io.titankv.multiraft.host;

import io.titankv.model.NodeId;
import org.jspecify.annotations.Nullable;

/** What became of a change of members. */
public sealed interface ChangeOutcome {
    /** Committed: the group now has the members wanted. */
    record Changed() implements ChangeOutcome {}

    /** Nothing changed. Retry at {@code leader} if one is known. */
    record NotLeader(@Nullable NodeId leader) implements ChangeOutcome {}

    /** Nothing changed: another change runs, the members are not those expected, or a new one did not catch up. */
    record Refused(String why) implements ChangeOutcome {}

    /** It may come about now, later or never: look at the members. */
    record Undetermined(String why) implements ChangeOutcome {}
}
