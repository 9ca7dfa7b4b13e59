package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.ErrorReason;
import io.titankv.model.Key;
import io.titankv.model.Token;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A scan under way: its records in token order, each once. Holds the page that is being read and asks for the one after it, so
 * that a slow reader costs two pages of memory and no more. Survives splits and moves of shards, and page tokens that are no
 * longer understood: it goes on behind the last record given. Confined to one thread.
 *
 * <p>Its methods wait for pages and throw {@link TitanException}.
 */
public final class ScanCursor implements Iterator<ScanRecord>, AutoCloseable {
    /** Keys of one token that are remembered; a scan that loses its page token within more of them cannot go on. A guess. */
    private static final int KEYS_OF_TOKEN_MAX = 10_000;

    /** Page tokens refused without a new record between them, after which the scan gives up. */
    private static final int RESUMPTIONS_MAX = 3;

    private final Scans scans;
    private final ScanQuery query;

    /** From where on the tokens of {@link #following} count: the whole query, or what was left of it at the last resumption. */
    private ScanQuery rest;

    private @Nullable CompletableFuture<ScanPage> following;
    private Iterator<ScanRecord> page = List.<ScanRecord>of().iterator();

    /** True when the page being waited for was asked for with a page token. */
    private boolean askedByToken;

    /** The last token of which records were taken from a page, and the keys taken of it: enough to go on without a page token. */
    private @Nullable Token lastToken;

    private final Set<Key> keysOfLastToken = new HashSet<>();
    /** True when there were too many of them. */
    private boolean keysForgotten;

    private int resumptions;

    ScanCursor(Scans scans, ScanQuery query) {
        this.scans = scans;
        this.query = query;
        this.rest = query;
        this.following = scans.page(query, ByteString.EMPTY);
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && following != null) {
            turn(following);
        }
        return page.hasNext();
    }

    @Override
    public ScanRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the scan is over");
        }
        return page.next();
    }

    /** What is left, as a stream. It is sequential, and closing it closes the cursor. */
    public Stream<ScanRecord> stream() {
        return StreamSupport.stream(
                        Spliterators.spliteratorUnknownSize(
                                this, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL),
                        false)
                .onClose(this::close);
    }

    private void turn(CompletableFuture<ScanPage> asked) {
        ScanPage arrived;
        try {
            arrived = BlockingTitanClient.await(asked, false);
        } catch (TitanException e) {
            if (Scans.isBadToken(e) && askedByToken && !keysForgotten && resumptions < RESUMPTIONS_MAX) {
                resume();
                return;
            }
            following = null;
            throw e;
        }
        page = unseen(arrived.records()).iterator();
        askedByToken = !arrived.isLast();
        following = arrived.isLast() ? null : scans.page(rest, arrived.nextPageToken());
    }

    /** Goes on without a page token: from the last token on, leaving out what was given of it. */
    private void resume() {
        resumptions++;
        if (lastToken != null) {
            rest = query.withRange(
                    new TokenRange(lastToken.bits(), query.range().endExclusive()));
        }
        askedByToken = false;
        following = scans.page(rest, ByteString.EMPTY);
    }

    private List<ScanRecord> unseen(List<ScanRecord> records) {
        List<ScanRecord> fresh = new ArrayList<>(records.size());
        for (ScanRecord one : records) {
            if (!one.token().equals(lastToken)) {
                if (lastToken != null && one.token().compareTo(lastToken) < 0) {
                    throw new TitanException.Refused(
                            ErrorReason.INTERNAL,
                            "scan is out of token order: " + one.token() + " after " + lastToken,
                            null);
                }
                lastToken = one.token();
                keysOfLastToken.clear();
                keysForgotten = false;
            }
            if (keysForgotten || keysOfLastToken.add(one.key())) {
                fresh.add(one);
            }
            if (keysOfLastToken.size() > KEYS_OF_TOKEN_MAX) {
                keysOfLastToken.clear();
                keysForgotten = true;
            }
        }
        if (!fresh.isEmpty()) {
            resumptions = 0;
        }
        return fresh;
    }

    /** Asks for nothing more. */
    @Override
    public void close() {
        if (following != null) {
            following.cancel(false);
            following = null;
        }
        page = List.<ScanRecord>of().iterator();
    }
}
