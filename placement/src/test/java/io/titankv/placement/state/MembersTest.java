package io.titankv.placement.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A replica's way into a group and out of it. */
final class MembersTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final NodeId N3 = new NodeId("n3");
    private static final NodeId N4 = new NodeId("n4");

    private final Members three = Members.of(List.of(N2, N1, N3));

    @Test
    void aNodeJoinsLearnsVotesLeavesAndIsForgotten() {
        Members joining = three.join(N4);
        assertThat(joining.joining()).containsExactly(N4);
        assertThat(joining.join(N4)).isEqualTo(joining);

        Members learning = joining.confirmed(List.of(N1, N2, N3), List.of(N4), 7);
        assertThat(learning.joining()).isEmpty();
        assertThat(learning.learners()).containsExactly(N4);

        Members voting = learning.confirmed(List.of(N1, N2, N3, N4), List.of(), 8);
        // The one that is preferred as leader stays so.
        assertThat(voting.voters()).containsExactly(N2, N1, N3, N4);

        Members moved = voting.confirmed(List.of(N1, N2, N4), List.of(), 9);
        assertThat(moved.leaving()).containsExactly(N3);
        assertThat(moved.holders()).doesNotContain(N3);
        assertThat(moved.forget(N3))
                .isEqualTo(new Members(List.of(N2, N1, N4), moved.learners(), moved.joining(), three.leaving(), 9));
    }

    @Test
    void anOlderConfigurationChangesNothing() {
        Members now = three.confirmed(List.of(N1, N2), List.of(), 9);
        assertThat(now.confirmed(List.of(N1, N2, N3), List.of(), 8)).isEqualTo(now);
    }

    /** What the former replica promised must be gone first. */
    @Test
    void whoHasAReplicaToDeleteDoesNotJoin() {
        Members left = three.confirmed(List.of(N1, N2), List.of(), 9);
        assertThatThrownBy(() -> left.join(N3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("n3 has not deleted");
        assertThat(left.forget(N3).join(N3).joining()).containsExactly(N3);
    }

    @Test
    void whoGivesUpJoiningHasAReplicaToDelete() {
        Members givenUp = three.join(N4).giveUp(N4);
        assertThat(givenUp.leaving()).containsExactly(N4);
        assertThat(three.giveUp(N1)).isEqualTo(three);
        // The order to add it was on its way: Raft's word counts.
        assertThat(givenUp.confirmed(List.of(N1, N2, N3), List.of(N4), 7).learners())
                .containsExactly(N4);
    }
}
