package io.titankv.benchmarks.ycsb;

import com.google.protobuf.ByteString;
import io.titankv.client.Condition;
import io.titankv.client.TitanClient;
import io.titankv.client.TitanClientBuilder;
import io.titankv.client.TitanException;
import io.titankv.client.Versioned;
import io.titankv.client.WriteOptions;
import io.titankv.client.tls.TlsException;
import io.titankv.client.tls.TlsFiles;
import io.titankv.model.Key;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Vector;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;
import site.ycsb.DB;
import site.ycsb.DBException;
import site.ycsb.Status;
import site.ycsb.workloads.CoreWorkload;

/**
 * YCSB's view of a cluster. A record is one key, {@code TABLE/KEY}; reads are linearizable, writes are acknowledged by a majority. An
 * update of some fields reads the record and writes it back if nobody else did meanwhile, and so on until nobody did; one of all
 * fields is one write. There are no scans: YCSB's go by keys, and our records are in the order of a hash.
 *
 * <p>One for each of YCSB's threads; all of them share a client.
 */
public final class TitanDb extends DB {
    /** A property: HOST:PORT of nodes, separated by commas. */
    public static final String ENDPOINTS = "titan.endpoints";

    /** Properties: PEM files, as {@code titan} has them; without the first plain text is spoken. */
    public static final String TLS_CA = "titan.tls-ca";

    public static final String TLS_CERTIFICATE = "titan.tls-cert";
    public static final String TLS_KEY = "titan.tls-key";

    private static final String ENDPOINTS_DEFAULT = "127.0.0.1:7400,127.0.0.1:7401,127.0.0.1:7402";
    private static final SharedClient SHARED = new SharedClient();
    private static final Logger LOG = LoggerFactory.getLogger(TitanDb.class);
    /** Statuses of which one failure was logged. */
    private static final Set<String> EXPLAINED = ConcurrentHashMap.newKeySet();

    private @Nullable TitanClient client;
    private int fieldCount;

    /** For YCSB, by reflection. */
    public TitanDb() {}

    @Override
    public void init() throws DBException {
        String endpoints = getProperties().getProperty(ENDPOINTS, ENDPOINTS_DEFAULT);
        try {
            fieldCount = Integer.parseInt(getProperties()
                    .getProperty(CoreWorkload.FIELD_COUNT_PROPERTY, CoreWorkload.FIELD_COUNT_PROPERTY_DEFAULT));
            TitanClientBuilder asked = TitanClient.builder(endpoints.split(",", -1));
            if (file(TLS_CA) != null) {
                asked.tls(new TlsFiles(file(TLS_CA), file(TLS_CERTIFICATE), file(TLS_KEY), null));
            }
            client = SHARED.open(asked);
        } catch (IllegalArgumentException | TlsException e) {
            throw new DBException(e.getMessage(), e);
        }
    }

    private @Nullable Path file(String property) {
        String name = getProperties().getProperty(property);
        return name == null ? null : Path.of(name);
    }

    @Override
    public void cleanup() {
        if (client != null) {
            client = null;
            SHARED.close();
        }
    }

    private TitanClient client() {
        if (client == null) {
            throw new IllegalStateException("init was not called");
        }
        return client;
    }

    private static Key key(String table, String key) {
        return Key.of(table + "/" + key);
    }

    @Override
    public Status read(String table, String key, @Nullable Set<String> fields, Map<String, ByteIterator> result) {
        return answered(() -> {
            Optional<Versioned> found = client().blocking().get(key(table, key));
            if (found.isEmpty()) {
                return Status.NOT_FOUND;
            }
            FieldsCodec.decode(found.get().value()).forEach((field, bytes) -> {
                if (fields == null || fields.contains(field)) {
                    result.put(field, new ByteArrayByteIterator(bytes));
                }
            });
            return Status.OK;
        });
    }

    @SuppressWarnings("NonApiType") // YCSB's signature
    @Override
    public Status scan(
            String table,
            String startKey,
            int records,
            @Nullable Set<String> fields,
            Vector<HashMap<String, ByteIterator>> result) {
        return Status.NOT_IMPLEMENTED;
    }

    @Override
    public Status update(String table, String key, Map<String, ByteIterator> values) {
        Map<String, byte[]> changed = bytes(values);
        return changed.size() >= fieldCount ? write(table, key, changed) : merge(key(table, key), changed);
    }

    /** Others may write the record between the read and the write: then it is read again. */
    private Status merge(Key key, Map<String, byte[]> changed) {
        return answered(() -> {
            Optional<Versioned> found = client().blocking().get(key);
            while (found.isPresent() && !isMerged(key, found.get(), changed)) {
                found = client().blocking().get(key);
            }
            return found.isPresent() ? Status.OK : Status.NOT_FOUND;
        });
    }

    private boolean isMerged(Key key, Versioned found, Map<String, byte[]> changed) throws IOException {
        Map<String, byte[]> fields = FieldsCodec.decode(found.value());
        fields.putAll(changed);
        WriteOptions unchanged = WriteOptions.DEFAULT.withCondition(Condition.versionIs(found.version()));
        try {
            var _ = client().blocking().put(key, FieldsCodec.encode(fields), unchanged);
            return true;
        } catch (TitanException.ConditionFailed e) {
            return false;
        }
    }

    @Override
    public Status insert(String table, String key, Map<String, ByteIterator> values) {
        return write(table, key, bytes(values));
    }

    private Status write(String table, String key, Map<String, byte[]> fields) {
        ByteString value = FieldsCodec.encode(fields);
        return answered(() -> {
            var _ = client().blocking().put(key(table, key), value);
            return Status.OK;
        });
    }

    @Override
    public Status delete(String table, String key) {
        return answered(() -> {
            var _ = client().blocking().delete(key(table, key));
            return Status.OK;
        });
    }

    private static Map<String, byte[]> bytes(Map<String, ByteIterator> values) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        values.forEach((field, value) -> bytes.put(field, value.toArray()));
        return bytes;
    }

    /** YCSB counts what fails by its status; why the first of each kind failed is said in the log. */
    private static Status answered(Callable<Status> request) {
        try {
            return request.call();
        } catch (TitanException.Unavailable e) {
            return failed(Status.SERVICE_UNAVAILABLE, e);
        } catch (IOException e) {
            return failed(Status.UNEXPECTED_STATE, e);
        } catch (Exception e) {
            return failed(Status.ERROR, e);
        }
    }

    private static Status failed(Status status, Exception why) {
        if (EXPLAINED.add(status.getName())) {
            LOG.atWarn()
                    .addKeyValue("status", status.getName())
                    .addKeyValue("reason", why.getMessage())
                    .log("an operation failed; others that fail alike are counted only");
        }
        return status;
    }
}
