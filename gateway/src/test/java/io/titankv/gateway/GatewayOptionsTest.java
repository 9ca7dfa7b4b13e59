package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.NodeId;
import org.junit.jupiter.api.Test;

class GatewayOptionsTest {
    private static final NodeId SELF = new NodeId("n1");

    private static GatewayOptions withHeap(long mebibytes) {
        return GatewayOptions.defaults(SELF, mebibytes << 20);
    }

    @Test
    void bytesInFlightFollowTheHeap() {
        assertThat(withHeap(512).bytesInFlightMax()).isEqualTo(32 << 20);
        assertThat(withHeap(64 << 10).bytesInFlightMax()).isEqualTo(256 << 20);
        assertThat(withHeap(16).bytesInFlightMax()).isEqualTo(4 << 20);
    }

    @Test
    void aSessionLeavesRoomForOthers() {
        assertThat(withHeap(64 << 10).sessionBytesMax()).isEqualTo(16 << 20);
        assertThat(withHeap(160).sessionBytesMax()).isEqualTo(5 << 20);
    }
}
