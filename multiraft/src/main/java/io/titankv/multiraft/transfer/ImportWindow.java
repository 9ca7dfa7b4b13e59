package io.titankv.multiraft.transfer;

import com.google.protobuf.MessageLite;
import io.titankv.multiraft.transfer.ImportTarget.Outcome;
import io.titankv.multiraft.transfer.RangeImporter.AttemptFailed;
import io.titankv.proto.durable.v1.ImportedRecord;
import io.titankv.proto.internal.v1.ReadExportResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The parts of one attempt that are on their way into the shard, a few at a time. One that was not taken is proposed again, with those
 * behind it: the shard takes each once, for it knows which comes next. Used by one thread, which it blocks.
 */
final class ImportWindow {
    private static final int UNDER_WAY_MAX = 4;
    /** Tries without any progress before the attempt is given up. */
    private static final int TRIES_MAX = 8;

    private static final long FIRST_PAUSE_MILLIS = 20;
    /** Before each record or client in an entry: what it is, and its length. */
    private static final int PIECE_HEAD_BYTES = 6;

    private record UnderWay(long sequence, ReadExportResponse part, CompletableFuture<Outcome> outcome) {}

    private final ImportTarget target;
    private final long transfer;
    private final long attempt;
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private long next;

    ImportWindow(ImportTarget target, long transfer, long attempt) {
        this.target = target;
        this.transfer = transfer;
        this.attempt = attempt;
    }

    /** Has a part of an export taken in, in several when it is large; returns its bytes. An empty one is none. */
    long add(ReadExportResponse part) throws AttemptFailed, InterruptedException {
        // Also when nothing is added: what was not taken must not wait for more to come.
        while (!underWay.isEmpty() && underWay.getFirst().outcome().isDone()) {
            settleOldest();
        }
        long bytes = 0;
        for (ReadExportResponse piece : split(part)) {
            bytes += bytesOf(piece);
            while (underWay.size() >= UNDER_WAY_MAX) {
                settleOldest();
            }
            propose(next++, piece);
        }
        return bytes;
    }

    private void propose(long sequence, ReadExportResponse part) {
        underWay.add(new UnderWay(sequence, part, target.take(transfer, attempt, sequence, part)));
    }

    /** Parts that are not known to be taken in. */
    int underWay() {
        return underWay.size();
    }

    /** Returns when all are taken in. */
    void drain() throws AttemptFailed, InterruptedException {
        while (!underWay.isEmpty()) {
            settleOldest();
        }
    }

    private void settleOldest() throws AttemptFailed, InterruptedException {
        UnderWay oldest = underWay.getFirst();
        if (oldest.outcome().join() instanceof Outcome.Taken) {
            underWay.removeFirst();
        } else {
            recover();
        }
    }

    /** Proposes again what was not taken, once it is known what became of all. */
    private void recover() throws AttemptFailed, InterruptedException {
        String why = "";
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            for (UnderWay each : underWay) {
                if (each.outcome().join() instanceof Outcome.Untaken no && why.isEmpty()) {
                    why = no.why();
                }
            }
            TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS << tries);
            if (!target.leads()) {
                throw new AttemptFailed("the shard is not led here any more; last: " + why);
            }
            if (target.standing(transfer) == ImportTarget.Standing.COMPLETE) {
                underWay.clear();
                return;
            }
            OptionalLong wanted = target.nextSequence(transfer, attempt);
            if (wanted.isEmpty()) {
                throw new AttemptFailed("attempt " + attempt + " is over; last: " + why);
            }
            long before = underWay.getFirst().sequence();
            while (!underWay.isEmpty() && underWay.getFirst().sequence() < wanted.getAsLong()) {
                underWay.removeFirst();
            }
            if (underWay.isEmpty()) {
                return;
            }
            List<UnderWay> again = new ArrayList<>(underWay);
            underWay.clear();
            again.forEach(each -> propose(each.sequence(), each.part()));
            if (wanted.getAsLong() > before || underWay.getFirst().outcome().join() instanceof Outcome.Taken) {
                return;
            }
        }
        throw new AttemptFailed("records were not taken in " + TRIES_MAX + " tries; last: " + why);
    }

    /** In pieces that fit an entry, as an export's last record can make it larger. */
    private List<ReadExportResponse> split(ReadExportResponse part) {
        if (part.getRecordsCount() == 0 && part.getClientsCount() == 0 && !part.hasEnd()) {
            return List.of();
        }
        if (part.getSerializedSize() <= target.partBytesMax()) {
            return List.of(part);
        }
        Pieces pieces = new Pieces();
        part.getRecordsList().forEach(record -> pieces.next(record).addRecords(record));
        part.getClientsList().forEach(client -> pieces.next(client).addClients(client));
        return pieces.all(part);
    }

    /** A part cut in pieces that fit an entry. */
    private final class Pieces {
        private final List<ReadExportResponse> pieces = new ArrayList<>();
        private final ReadExportResponse.Builder piece = ReadExportResponse.newBuilder();
        private long bytes;

        /** The piece that something goes into. */
        ReadExportResponse.Builder next(MessageLite something) {
            long more = (long) something.getSerializedSize() + PIECE_HEAD_BYTES;
            if (bytes > 0 && bytes + more > target.partBytesMax()) {
                pieces.add(piece.build());
                piece.clear();
                bytes = 0;
            }
            bytes += more;
            return piece;
        }

        List<ReadExportResponse> all(ReadExportResponse part) {
            if (part.hasEnd()) {
                piece.setEnd(part.getEnd());
            }
            pieces.add(piece.build());
            return pieces;
        }
    }

    /** Of its keys and values. */
    private static long bytesOf(ReadExportResponse part) {
        long bytes = 0;
        for (ImportedRecord record : part.getRecordsList()) {
            bytes += record.getKey().size();
            bytes += record.getPut().size();
        }
        return bytes;
    }
}
