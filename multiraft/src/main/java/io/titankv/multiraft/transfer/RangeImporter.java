package io.titankv.multiraft.transfer;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.titankv.model.GroupId;
import io.titankv.multiraft.snapshot.CopyPace;
import io.titankv.multiraft.transfer.ImportTarget.Outcome;
import io.titankv.multiraft.transfer.ImportTarget.Standing;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies ranges into one shard that this node leads: reads an export of another node part by part and has the shard take each in. When an
 * attempt fails, another begins from nothing, with the next source. Runs on a thread of its own until all is there, the shard is led
 * elsewhere, or it was not ordered for {@link #ORDER_LASTS}.
 */
final class RangeImporter {
    /** Placement tells what it wants each second. */
    static final Duration ORDER_LASTS = Duration.ofSeconds(10);

    /** With no more keys left than those the ranges may be frozen: they are sent in a few parts. */
    static final int CAUGHT_UP_KEYS = 2_000;

    /** Small, so that the writes of the shard that gets the ranges wait for no long entry. */
    static final int PART_BYTES = 256 << 10;

    /** Without a limit of the rate speed comes first: measured, larger entries and fewer fsyncs take two thirds of the time. */
    static final int PART_BYTES_UNLIMITED = 1 << 20;

    static final int PART_BYTES_MIN = 1 << 10;

    private static final int PARTS_A_SECOND = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(RangeImporter.class);

    private final GroupId group;
    private final String clusterId;
    private final Function<String, Channel> channels;
    private final ImportTarget target;
    /** Called when there is something to tell placement. */
    private final Runnable news;

    private volatile ImportOrder order;
    private volatile long orderedNanos = System.nanoTime();
    private volatile boolean stopped;
    private volatile ImportProgress progress = ImportProgress.NONE;

    private final CopyPace pace = new CopyPace();

    private int tried;

    RangeImporter(
            GroupId group,
            String clusterId,
            Function<String, Channel> channels,
            ImportTarget target,
            ImportOrder order,
            Runnable news) {
        this.group = group;
        this.clusterId = clusterId;
        this.channels = channels;
        this.target = target;
        this.order = order;
        this.news = news;
    }

    /** An attempt cannot go on, for the reason in the message. */
    static final class AttemptFailed extends Exception {
        private static final long serialVersionUID = 1L;

        AttemptFailed(String why) {
            super(why);
        }
    }

    long transfer() {
        return order.transfer();
    }

    /** What is wanted still, perhaps at another pace or from other sources. */
    void ordered(ImportOrder again) {
        order = again;
        orderedNanos = System.nanoTime();
    }

    ImportProgress progress() {
        return progress;
    }

    void stop() {
        stopped = true;
    }

    /** Copies until there is nothing more to do here. */
    void run() {
        Duration pause = FIRST_PAUSE;
        while (isWanted()) {
            try {
                attempt();
                news.run();
            } catch (AttemptFailed | RuntimeException e) {
                // Whatever it was, the next attempt begins from nothing.
                String why = String.valueOf(e.getMessage());
                LOG.atInfo()
                        .addKeyValue("group", group)
                        .addKeyValue("transfer", transfer())
                        .addKeyValue("reason", why)
                        .setCause(e instanceof AttemptFailed || e instanceof StatusRuntimeException ? null : e)
                        .log("ranges are not copied yet, another attempt will follow");
                progress = progress.failed(why);
                if (!isPauseOver(pause)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static boolean isPauseOver(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isWanted() {
        return !stopped
                && target.leads()
                && target.standing(transfer()) == Standing.OPEN
                && System.nanoTime() - orderedNanos < ORDER_LASTS.toNanos();
    }

    private void attempt() throws AttemptFailed, InterruptedException {
        ImportOrder wanted = order;
        if (wanted.sources().isEmpty()) {
            throw new AttemptFailed("no node with a replica of " + wanted.from() + " is known");
        }
        String source = wanted.sources().get(tried++ % wanted.sources().size());
        try (RemoteExport export = RemoteExport.open(
                channels.apply(source), clusterId, wanted.from(), wanted.transfer(), wanted.ranges())) {
            long attempt = target.attempt(wanted.transfer()) + 1;
            if (target.begin(wanted.transfer(), wanted.ranges(), attempt).join() instanceof Outcome.Untaken no) {
                throw new AttemptFailed(no.why());
            }
            LOG.atInfo()
                    .addKeyValue("group", group)
                    .addKeyValue("transfer", wanted.transfer())
                    .addKeyValue("attempt", attempt)
                    .addKeyValue("source", source)
                    .addKeyValue("keys", export.keys())
                    .log("ranges are being copied");
            copy(export, new ImportWindow(target, wanted.transfer(), attempt));
        }
    }

    private void copy(RemoteExport export, ImportWindow window) throws AttemptFailed, InterruptedException {
        Meter meter = new Meter(export.keys());
        boolean ended = false;
        while (!ended) {
            if (!isWanted()) {
                throw new AttemptFailed("group " + group + " is not led here any more, or its import is not wanted");
            }
            ReadExportResponse part = export.read(partBytes());
            ended = part.hasEnd();
            long bytes = window.add(part);
            boolean caughtUp = part.getCopied() && part.getKeysLeft() <= CAUGHT_UP_KEYS && window.underWay() <= 1;
            boolean isNews = caughtUp && !progress.caughtUp();
            progress = meter.after(part, bytes, caughtUp);
            if (isNews) {
                news.run();
            }
            // Changes are not held back, for the ranges may be frozen: only the copying is.
            if (!part.getCopied()) {
                pace.limit(order.bytesPerSecondMax());
                pace.came(bytes);
            }
        }
        window.drain();
    }

    /** At a slow pace parts are small, so that it is kept over less than a second. */
    private int partBytes() {
        long most = order.bytesPerSecondMax();
        long even = most == 0 ? PART_BYTES_UNLIMITED : Math.clamp(most / PARTS_A_SECOND, PART_BYTES_MIN, PART_BYTES);
        return (int) Math.min(even, target.partBytesMax());
    }

    /** Counts what is copied. Used by the importer's thread. */
    private static final class Meter {
        private static final long LOOK_NANOS = 1_000_000_000;

        private final long keysInAll;
        private long keys;
        private long bytes;
        private long lookedNanos = System.nanoTime();
        private long lookedBytes;
        private double rate;

        Meter(long keysInAll) {
            this.keysInAll = keysInAll;
        }

        ImportProgress after(ReadExportResponse part, long partBytes, boolean caughtUp) {
            keys += part.getRecordsCount();
            bytes += partBytes;
            long since = System.nanoTime() - lookedNanos;
            if (since >= LOOK_NANOS) {
                double now = (bytes - lookedBytes) * 1e9 / since;
                rate = rate == 0 ? now : (rate + now) / 2;
                lookedNanos += since;
                lookedBytes = bytes;
            }
            long left = part.getKeysLeft() + (part.getCopied() ? 0 : Math.max(0, keysInAll - keys));
            return new ImportProgress(caughtUp, keys, bytes, left, rate, "");
        }
    }
}
