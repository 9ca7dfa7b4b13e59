package io.titankv.gateway;

import static io.titankv.gateway.SimCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.titankv.model.ErrorReason;
import io.titankv.model.TokenRange;
import io.titankv.proto.errors.TitanErrors;
import io.titankv.proto.kv.v1.ExplainRequest;
import io.titankv.proto.kv.v1.ExplainResponse;
import io.titankv.proto.kv.v1.Record;
import io.titankv.proto.kv.v1.ScanRequest;
import io.titankv.proto.kv.v1.ScanResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Scans, counts and explains over shards of three nodes, each shard having two replicas. */
final class ScansTest {
    private static Set<String> load(SimCluster cluster, int keys) {
        Set<String> all = new TreeSet<>();
        for (int i = 0; i < keys; i++) {
            cluster.load("k" + i, "value-" + i);
            all.add("k" + i);
        }
        return all;
    }

    private static List<String> names(List<Record> records) {
        return records.stream().map(record -> record.getKey().toStringUtf8()).toList();
    }

    /** Whatever moves between pages: every key that stands throughout is given, once, in token order. */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void pagesSurviveMoves(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 17) int pageSize, @ForAll boolean keysOnly) {
        Random random = new Random(seed);
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            Set<String> keys = load(cluster, 60);
            List<Record> given = new ArrayList<>();
            ScanRequest request = ScanRequest.newBuilder()
                    .setPageSize(pageSize)
                    .setKeysOnly(keysOnly)
                    .build();
            ByteString token = ByteString.EMPTY;
            do {
                ScanResponse page = cluster.node(1 + random.nextInt(3))
                        .kv()
                        .scan(request.toBuilder().setPageToken(token).build());
                assertThat(page.getRecordsCount()).isLessThanOrEqualTo(pageSize);
                given.addAll(page.getRecordsList());
                token = page.getNextPageToken();
                List<TokenRange> parts = SimGroup.evenly(8);
                cluster.move(parts.get(random.nextInt(parts.size())), 1 + random.nextInt(3));
                cluster.publish();
            } while (!token.isEmpty());
            assertThat(names(given)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(keys);
            for (int i = 1; i < given.size(); i++) {
                assertThat(Long.compareUnsigned(
                                given.get(i - 1).getToken(), given.get(i).getToken()))
                        .isLessThanOrEqualTo(0);
            }
            assertThat(given).allMatch(record -> record.getValue().isEmpty() == keysOnly);
        }
    }

    @Test
    void aCountOfTheWholeRingIsOnePage() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            load(cluster, 100);
            for (int i = 0; i < 8; i++) {
                cluster.move(SimGroup.evenly(64).get(i * 7), 1 + i % 3);
            }
            cluster.publish();
            ScanResponse page = cluster.node(2)
                    .kv()
                    .scan(ScanRequest.newBuilder().setCountOnly(true).build());
            assertThat(page.getCount()).isEqualTo(100);
            assertThat(page.getRecordsCount()).isZero();
            assertThat(page.getNextPageToken()).isEmpty();
        }
    }

    @Test
    void aPrefixFiltersRecordsAndCounts() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            load(cluster, 50);
            cluster.load("other", "x");
            ScanRequest request = ScanRequest.newBuilder()
                    .setKeyPrefix(bytes("k1"))
                    .setPageSize(1000)
                    .build();
            ScanResponse page = cluster.node(1).kv().scan(request);
            assertThat(page.getRecordsCount()).isEqualTo(11);
            ScanResponse count = cluster.node(1)
                    .kv()
                    .scan(request.toBuilder().setCountOnly(true).build());
            assertThat(count.getCount()).isEqualTo(11);
            assertThat(count.getNextPageToken()).isEmpty();
        }
    }

    @Test
    void aPartOfTheRingIsScannedToItsEnd() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            load(cluster, 80);
            long start = 1L << 62;
            long end = 3L << 62;
            ScanResponse page = cluster.node(1)
                    .kv()
                    .scan(ScanRequest.newBuilder()
                            .setStartToken(start)
                            .setEndToken(end)
                            .setPageSize(1000)
                            .build());
            TokenRange asked = new TokenRange(start, end);
            assertThat(page.getRecordsList()).isNotEmpty().allMatch(record -> asked.contains(record.getToken()));
            long count = cluster.node(1)
                    .kv()
                    .scan(ScanRequest.newBuilder()
                            .setStartToken(start)
                            .setEndToken(end)
                            .setCountOnly(true)
                            .build())
                    .getCount();
            assertThat(count).isEqualTo(page.getRecordsCount());
        }
    }

    @Test
    void aStreamGivesEverything() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            Set<String> keys = load(cluster, 90);
            Iterator<ScanResponse> pages = cluster.node(3)
                    .kv()
                    .scanStream(ScanRequest.newBuilder().setPageSize(7).build());
            List<Record> given = new ArrayList<>();
            pages.forEachRemaining(page -> given.addAll(page.getRecordsList()));
            assertThat(names(given)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(keys);
            assertThat(cluster.node(3).gateway.opsInFlight()).isZero();
        }
    }

    @Test
    void aTokenServesItsOwnScanOnly() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3, 2)) {
            load(cluster, 20);
            ScanRequest request = ScanRequest.newBuilder().setPageSize(5).build();
            ByteString token = cluster.node(1).kv().scan(request).getNextPageToken();
            assertThat(token).isNotEmpty();
            for (ScanRequest bad : List.of(
                    request.toBuilder().setPageToken(bytes("nonsense")).build(),
                    request.toBuilder().setPageToken(token.substring(1)).build(),
                    request.toBuilder()
                            .setPageToken(token)
                            .setKeyPrefix(bytes("k"))
                            .build(),
                    request.toBuilder().setPageToken(token).setCountOnly(true).build())) {
                StatusRuntimeException failure = catchThrowableOfType(
                        StatusRuntimeException.class, () -> cluster.node(1).kv().scan(bad));
                assertThat(TitanErrors.parse(failure).orElseThrow().reason()).isEqualTo(ErrorReason.BAD_PAGE_TOKEN);
            }
        }
    }

    @Test
    void anExplanationShowsTheWayAndEveryReplica() {
        try (SimCluster cluster = SimCluster.of(3).withGroups(3)) {
            String key = cluster.keyIn(2);
            cluster.load(key, "v");
            cluster.cutOff(3, true);
            ExplainResponse explained = cluster.node(1)
                    .kv()
                    .explain(ExplainRequest.newBuilder().setKey(bytes(key)).build());
            assertThat(explained.getShardId()).isEqualTo("s2");
            assertThat(explained.getLeaderNodeId()).isEqualTo("n2");
            assertThat(explained.getFound()).isTrue();
            assertThat(explained.getDataFile()).isEqualTo("000007.data");
            assertThat(explained.getReplicasList().stream()
                            .filter(ExplainResponse.Replica::getReachable)
                            .map(ExplainResponse.Replica::getNodeId))
                    .containsExactlyInAnyOrder("n1", "n2");
            assertThat(explained.getReplicasCount()).isEqualTo(3);
            assertThat(explained.getHopsList().stream().map(ExplainResponse.Hop::getNodeId))
                    .contains("n1", "n2");
        }
    }
}
