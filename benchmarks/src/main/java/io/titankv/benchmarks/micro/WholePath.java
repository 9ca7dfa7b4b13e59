package io.titankv.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.titankv.benchmarks.comparison.DiskUse;
import io.titankv.client.TitanClient;
import io.titankv.model.Key;
import io.titankv.server.LocalCluster;
import io.titankv.server.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The client, three nodes, their gateways, Raft and engines, all in one JVM, with fsync and over loopback. So many operations are sent
 * at once and waited for; figures are of one operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WholePath {
    private static final int AT_ONCE = 256;
    private static final int RECORDS = 10_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[100]);

    /** Shards of the cluster. */
    @Param({"1", "12"})
    public int shards;

    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable Path directory;
    private @Nullable LocalCluster cluster;
    private @Nullable TitanClient client;

    /** Founds and fills the cluster. */
    @Setup(Level.Trial)
    public void found() throws IOException {
        directory = Files.createTempDirectory("titan-micro-");
        LocalClusterOptions defaults = LocalClusterOptions.in(directory);
        cluster = LocalCluster.start(new LocalClusterOptions(
                3, shards, 3, directory, 0, false, defaults.valueBytesMax(), defaults.electionTimeout(), null));
        client = TitanClient.connect(cluster.addresses().toArray(String[]::new));
        for (int record = 0; record < RECORDS; record += AT_ONCE) {
            int from = record;
            all(i -> client().put(key(from + i), VALUE));
        }
    }

    /** Takes it away. */
    @TearDown(Level.Trial)
    public void close() {
        client().close();
        if (cluster != null) {
            cluster.close();
        }
        if (directory != null) {
            DiskUse.delete(directory);
        }
    }

    /** Acknowledged by a majority, each of which has fsynced it. */
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public void put() {
        all(ignored -> client().put(key(random.nextInt(RECORDS)), VALUE));
    }

    /** Linearizable. */
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public void get() {
        all(ignored -> client().get(key(random.nextInt(RECORDS))));
    }

    private static Key key(int number) {
        return Key.of("perf-" + number);
    }

    private static void all(Function<Integer, CompletableFuture<?>> operation) {
        CompletableFuture<?>[] answers = new CompletableFuture<?>[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            answers[i] = operation.apply(i);
        }
        CompletableFuture.allOf(answers).join();
    }

    private TitanClient client() {
        if (client == null) {
            throw new IllegalStateException("not founded");
        }
        return client;
    }
}
