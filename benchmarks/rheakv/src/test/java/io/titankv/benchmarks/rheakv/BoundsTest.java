package io.titankv.benchmarks.rheakv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundsTest {
    @Test
    void regionsAreOfOneSizeAndAllKeysTogether() {
        List<Bounds> four = Bounds.of(4);
        assertThat(four).extracting(Bounds::id).containsExactly(1L, 2L, 3L, 4L);
        assertThat(four.getFirst().start()).isNull();
        assertThat(four.getLast().end()).isNull();
        assertThat(four.get(1).start())
                .containsExactly(0x40, 0)
                .isEqualTo(four.getFirst().end());
        assertThat(four.get(3).start()).containsExactly(0xC0, 0);
        assertThat(Bounds.of(1)).singleElement().satisfies(all -> {
            assertThat(all.start()).isNull();
            assertThat(all.end()).isNull();
        });
    }

    @Test
    void aNodeSyncsItsLogAndReadsSafely() {
        var options = RheaNode.options(List.of("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"), 1, 4, Path.of("data"));
        var engine = options.getStoreEngineOptions();
        assertThat(engine.getServerAddress().getPort()).isEqualTo(2);
        assertThat(engine.getCommonNodeOptions().getRaftOptions().isSync()).isTrue();
        assertThat(engine.getRegionEngineOptionsList()).hasSize(4);
        assertThat(RheaLibrary.options(List.of("127.0.0.1:1"), 4)
                        .getPlacementDriverOptions()
                        .getRegionRouteTableOptionsList())
                .hasSize(4);
    }
}
