package io.titankv.cli.data;

import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.data.JsonRecord.BadRecordException;
import io.titankv.client.TitanClient;
import io.titankv.client.WriteOptions;
import io.titankv.client.WriteResult;
import io.titankv.model.Key;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a stream of lines, many at a time. When a key comes twice the later line wins: the second write waits for
 * the first.
 *
 * <p>{@link #run} is for one thread; answers arrive on the client's; counts may be read from any.
 */
final class Importer {
    /** Records under way. A group's Raft entry takes up to 512 operations, so this fills the entries of several shards. */
    private static final int IN_FLIGHT_MAX = 1000;

    /** Failures that are said one by one; the rest are only counted. */
    private static final int SAID_MAX = 10;

    /** What to do about a line that cannot be stored. */
    enum OnError {
        stop,
        skip
    }

    private final Context context;
    private final String name;
    private final TitanClient client;
    private final WriteOptions options;
    private final OnError onError;
    private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
    private final ConcurrentHashMap<Key, CompletableFuture<WriteResult>> underWay = new ConcurrentHashMap<>();
    private final AtomicLong imported = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<@Nullable CliException> firstFailure = new AtomicReference<>();

    /** @param name of the source, for people */
    Importer(Context context, String name, TitanClient client, WriteOptions options, OnError onError) {
        this.context = context;
        this.name = name;
        this.client = client;
        this.options = options;
        this.onError = onError;
    }

    /** Records stored. */
    long imported() {
        return imported.get();
    }

    /** Lines left out because they are no records. */
    long skipped() {
        return skipped.get();
    }

    /** Records that the cluster did not store, or of which it is not known. */
    long failed() {
        return failed.get();
    }

    /**
     * Reads to the end, or to the first failure when that stops it; then waits for what is under way.
     *
     * @param afterLine called after each line
     * @return the failure that stopped it, or the first that was passed over and is more than a bad line; null when there was none
     */
    @Nullable
    CliException run(LineReader lines, Runnable afterLine) {
        try {
            readAll(lines, afterLine);
        } finally {
            // Every permit back means that every answer is in: each write ends within its timeout.
            room.acquireUninterruptibly(IN_FLIGHT_MAX);
        }
        return firstFailure.get();
    }

    private void readAll(LineReader lines, Runnable afterLine) {
        while (onError == OnError.skip || firstFailure.get() == null) {
            byte @Nullable [] line;
            try {
                line = lines.nextOrNull();
            } catch (IOException e) {
                // The rest of the input is lost: there is nothing to skip to.
                fail(new CliException(
                        ExitCode.USAGE,
                        name + ", after line " + lines.lineNumber() + ": " + Failures.explainFile(e),
                        e));
                return;
            }
            if (line == null) {
                return;
            }
            if (!isBlank(line)) {
                store(line, lines.lineNumber());
            }
            afterLine.run();
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private void store(byte[] line, long lineNumber) {
        JsonRecord record;
        try {
            record = JsonRecord.parse(line);
        } catch (BadRecordException e) {
            CliException failure =
                    new CliException(ExitCode.USAGE, name + ", line " + lineNumber + ": " + e.getMessage(), e);
            if (onError == OnError.skip) {
                say(failure, skipped.incrementAndGet());
            } else {
                fail(failure);
            }
            return;
        }
        write(record, lineNumber);
    }

    private void write(JsonRecord record, long lineNumber) {
        CompletableFuture<WriteResult> before = underWay.get(record.key());
        if (before != null) {
            // Its failure has been counted where it was met.
            var _ = before.handle((result, failure) -> true).join();
        }
        room.acquireUninterruptibly();
        CompletableFuture<WriteResult> answer;
        try {
            answer = client.put(record.key(), record.value(), options);
        } catch (RuntimeException e) {
            room.release();
            throw e;
        }
        underWay.put(record.key(), answer);
        var _ = answer.whenComplete((result, failure) -> {
            underWay.remove(record.key(), answer);
            if (failure == null) {
                imported.incrementAndGet();
            } else {
                CliException said = Failures.explain(failure, context.global());
                CliException where = new CliException(
                        said.exitCode(), name + ", line " + lineNumber + ": " + said.line(), said.getCause());
                long count = failed.incrementAndGet();
                if (onError == OnError.skip) {
                    say(where, count);
                }
                fail(where);
            }
            room.release();
        });
    }

    private void fail(CliException failure) {
        firstFailure.compareAndSet(null, failure);
    }

    private void say(CliException failure, long count) {
        if (count <= SAID_MAX) {
            context.console().errorLine("titan: " + failure.line());
        } else if (count == SAID_MAX + 1) {
            context.console().errorLine("titan: more of the kind are only counted");
        }
    }
}
