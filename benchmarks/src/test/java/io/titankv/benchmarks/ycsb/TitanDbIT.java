package io.titankv.benchmarks.ycsb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.model.Key;
import io.titankv.testing.TestCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import site.ycsb.ByteIterator;
import site.ycsb.DBException;
import site.ycsb.Status;
import site.ycsb.StringByteIterator;
import site.ycsb.measurements.Measurements;
import site.ycsb.workloads.CoreWorkload;

class TitanDbIT {
    private static final int FIELDS = 4;

    private static TestCluster cluster;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1, 1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty(TitanDb.ENDPOINTS, String.join(",", cluster.endpoints()));
        properties.setProperty(CoreWorkload.FIELD_COUNT_PROPERTY, Integer.toString(FIELDS));
        return properties;
    }

    private static TitanDb open() throws DBException {
        TitanDb db = new TitanDb();
        db.setProperties(properties());
        db.init();
        return db;
    }

    private static Map<String, ByteIterator> fields(String... namesAndValues) {
        Map<String, ByteIterator> fields = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], new StringByteIterator(namesAndValues[i + 1]));
        }
        return fields;
    }

    private static Map<String, String> read(TitanDb db, String key, @Nullable Set<String> fields) {
        Map<String, ByteIterator> found = new HashMap<>();
        assertThat(db.read("t", key, fields, found)).isEqualTo(Status.OK);
        return StringByteIterator.getStringMap(found);
    }

    @SuppressWarnings("JdkObsolete") // YCSB's signature
    @Test
    void recordsAreInsertedReadUpdatedAndDeleted() throws DBException {
        TitanDb db = open();
        assertThat(db.insert("t", "k", fields("a", "1", "b", "2", "c", "3", "d", "4")))
                .isEqualTo(Status.OK);
        assertThat(read(db, "k", null)).isEqualTo(Map.of("a", "1", "b", "2", "c", "3", "d", "4"));
        assertThat(db.update("t", "k", fields("b", "x"))).isEqualTo(Status.OK);
        assertThat(read(db, "k", Set.of("a", "b"))).isEqualTo(Map.of("a", "1", "b", "x"));
        assertThat(db.update("t", "k", fields("a", "5", "b", "6", "c", "7", "d", "8")))
                .isEqualTo(Status.OK);
        assertThat(read(db, "k", null)).isEqualTo(Map.of("a", "5", "b", "6", "c", "7", "d", "8"));
        assertThat(db.delete("t", "k")).isEqualTo(Status.OK);
        assertThat(db.read("t", "k", null, new HashMap<>())).isEqualTo(Status.NOT_FOUND);
        assertThat(db.update("t", "k", fields("b", "x"))).isEqualTo(Status.NOT_FOUND);
        assertThat(db.scan("t", "k", 10, null, new Vector<>())).isEqualTo(Status.NOT_IMPLEMENTED);
        db.cleanup();
    }

    @Test
    void updatesOfFieldsByManyLoseNothing() throws Exception {
        TitanDb first = open();
        first.insert("t", "shared", fields("a", "", "b", "", "c", "", "d", ""));
        List<Future<?>> writers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(FIELDS)) {
            for (String field : List.of("a", "b", "c", "d")) {
                writers.add(threads.submit(() -> {
                    TitanDb db = open();
                    for (int i = 0; i < 50; i++) {
                        assertThat(db.update("t", "shared", fields(field, field + i)))
                                .isEqualTo(Status.OK);
                        assertThat(read(db, "shared", Set.of(field))).isEqualTo(Map.of(field, field + i));
                    }
                    db.cleanup();
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        assertThat(read(first, "shared", null)).isEqualTo(Map.of("a", "a49", "b", "b49", "c", "c49", "d", "d49"));
        first.cleanup();
    }

    @Test
    void aRecordOfAnotherProgramIsNotTakenForOne() throws DBException {
        TitanDb db = open();
        cluster.client().blocking().put(Key.of("t/other"), com.google.protobuf.ByteString.copyFromUtf8("zzz"));
        assertThat(db.read("t", "other", null, new HashMap<>())).isEqualTo(Status.UNEXPECTED_STATE);
        db.cleanup();
    }

    @Test
    void theCoreWorkloadRuns() throws Exception {
        Properties properties = properties();
        properties.setProperty("recordcount", "100");
        properties.setProperty("readproportion", "0.5");
        properties.setProperty("updateproportion", "0.5");
        properties.setProperty(CoreWorkload.DATA_INTEGRITY_PROPERTY, "true");
        properties.setProperty(CoreWorkload.FIELD_LENGTH_DISTRIBUTION_PROPERTY, "constant");
        Measurements.setProperties(properties);
        CoreWorkload workload = new CoreWorkload();
        workload.init(properties);
        TitanDb db = open();
        for (int i = 0; i < 100; i++) {
            assertThat(workload.doInsert(db, new Object())).isTrue();
        }
        for (int i = 0; i < 200; i++) {
            assertThat(workload.doTransaction(db, new Object())).isTrue();
        }
        db.cleanup();
    }

    @Test
    void wrongPropertiesAreToldOf() {
        TitanDb db = new TitanDb();
        Properties properties = properties();
        properties.setProperty(CoreWorkload.FIELD_COUNT_PROPERTY, "many");
        db.setProperties(properties);
        assertThatThrownBy(db::init).isInstanceOf(DBException.class).hasMessageContaining("many");
    }
}
