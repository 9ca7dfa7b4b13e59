package io.titankv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShardNewsTest {
    private static final GroupId S1 = new GroupId(1);

    private final List<GroupId> toldGateway = new ArrayList<>();
    private int toldPlacement;
    private final ShardNews news = new ShardNews(() -> toldPlacement++);

    @Test
    void placementHearsOfAllAndTheGatewayOfWhatEndsAWait() {
        news.onLeadership(S1, null);
        news.onLeadership(S1, new NodeId("n1"));
        assertThat(toldPlacement).isEqualTo(2);

        news.tell(toldGateway::add);
        news.onLeadership(S1, null);
        assertThat(toldGateway).isEmpty();
        news.onLeadership(S1, new NodeId("n1"));
        news.onTransfer(S1);
        assertThat(toldGateway).containsExactly(S1, S1);
        assertThat(toldPlacement).isEqualTo(5);
    }
}
