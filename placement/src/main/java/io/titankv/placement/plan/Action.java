package io.titankv.placement.plan;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.TokenRange;
import java.util.List;

/** One thing to have done, whole or not at all; a step is made of several. Each may be told again without harm. */
public sealed interface Action {
    /** A replica without a vote, to catch up. */
    record AddLearner(GroupId group, NodeId node) implements Action {}

    /** Gives a learner its vote. */
    record PromoteLearner(GroupId group, NodeId node) implements Action {}

    /** Takes a replica out of its group; its node then deletes it. */
    record RemoveMember(GroupId group, NodeId node) implements Action {}

    record TransferLeadership(GroupId group, NodeId from, NodeId to) implements Action {}

    /** A group that owns nothing yet. */
    record FormGroup(GroupId group, List<NodeId> members) implements Action {
        public FormGroup {
            members = List.copyOf(members);
        }
    }

    record TransferRange(TokenRange range, GroupId from, GroupId to) implements Action {}

    /** Ends a group that owns nothing any more. */
    record EndGroup(GroupId group) implements Action {}

    /** Deletes a replica of which its group knows nothing. */
    record DeleteStray(GroupId group, NodeId node) implements Action {}

    record ChangeIntent(NodeId node, NodeModel.Intent intent) implements Action {}
}
