package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.titankv.model.Epoch;
import io.titankv.model.GroupId;
import io.titankv.model.NodeId;
import io.titankv.model.ShardMap;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TargetChoiceTest {
    private static final Token TOKEN = new Token(7);
    private static final List<String> ENDPOINTS = List.of("e1:1", "e2:1");
    private static final List<String> ALL = List.of("a0:1", "a1:1", "a2:1", "a3:1", "e1:1", "e2:1");

    /** Four nodes; the only shard stands on the first three, and the second leads. */
    private static ShardMap map() {
        List<NodeId> ids = List.of(new NodeId("n0"), new NodeId("n1"), new NodeId("n2"), new NodeId("n3"));
        return new ShardMap(
                "c",
                new Epoch(1),
                1,
                ids.stream()
                        .map(id -> new ShardMap.NodeEntry(id, "a" + id.value().substring(1) + ":1", Map.of()))
                        .toList(),
                List.of(new ShardMap.ShardEntry(new GroupId(1), Optional.of(ids.get(1)), 1, ids.subList(0, 3))),
                List.of(new ShardMap.RangeEntry(TokenRange.WHOLE, new GroupId(1))),
                0);
    }

    private static TargetChoice.Known known() {
        return new TargetChoice.Known(map(), Optional.empty(), ENDPOINTS);
    }

    @Property
    void anAddressThatIsUpAndUntriedIsChosenIfThereIsOne(
            @ForAll @Size(max = 6) Set<@IntRange(min = 0, max = 5) Integer> down,
            @ForAll @Size(max = 6) Set<@IntRange(min = 0, max = 5) Integer> tried,
            @ForAll boolean anyReplica,
            @ForAll long seed) {
        Set<String> triedNames = tried.stream().map(ALL::get).collect(Collectors.toSet());
        String chosen = TargetChoice.choose(
                TOKEN,
                anyReplica,
                known(),
                triedNames,
                address -> down.contains(ALL.indexOf(address)),
                new Random(seed));
        assertThat(ALL).contains(chosen);
        boolean good =
                ALL.stream().anyMatch(address -> !triedNames.contains(address) && !down.contains(ALL.indexOf(address)));
        if (good) {
            assertThat(triedNames).doesNotContain(chosen);
            assertThat(down).doesNotContain(ALL.indexOf(chosen));
        }
        if (!anyReplica && !triedNames.contains("a1:1") && !down.contains(1)) {
            assertThat(chosen).isEqualTo("a1:1");
        }
    }

    @Test
    void aHintGoesBeforeTheMap() {
        TargetChoice.Known hinted = new TargetChoice.Known(map(), Optional.of("a2:1"), ENDPOINTS);
        assertThat(TargetChoice.inOrder(TOKEN, false, hinted, new Random(1)))
                .startsWith("a2:1", "a1:1", "a0:1", "a3:1");
    }

    @Test
    void aReadForAnyReplicaIsSpread() {
        List<String> firsts = new ArrayList<>();
        for (int seed = 0; seed < 50; seed++) {
            firsts.add(
                    TargetChoice.inOrder(TOKEN, true, known(), new Random(seed)).getFirst());
        }
        assertThat(firsts).contains("a0:1", "a1:1", "a2:1").doesNotContain("a3:1");
    }

    @Test
    void withoutAMapTheEndpointsServe() {
        TargetChoice.Known nothing = new TargetChoice.Known(ShardMap.EMPTY, Optional.empty(), ENDPOINTS);
        assertThat(TargetChoice.inOrder(TOKEN, false, nothing, new Random(1)))
                .containsExactlyInAnyOrderElementsOf(ENDPOINTS);
    }
}
