package io.titankv.benchmarks.engine;

import io.titankv.engine.Engine;
import io.titankv.engine.EngineOptions;
import io.titankv.engine.EntryPosition;
import io.titankv.engine.WriteBatch;
import io.titankv.model.Tokens;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Our engine with its default options: no sync, one batch a put. */
final class TitanStore implements Store {
    /** About a millisecond or more of merging: short enough to stop soon, long enough to matter. */
    private static final long MERGE_BUDGET_BYTES = 4 << 20;

    private static final long SIXTEENTH_OF_TOKENS = 1L << 60;

    private final Engine engine;

    TitanStore(Path directory) {
        engine = Engine.open(directory, EngineOptions.defaults());
    }

    @Override
    public Session session() {
        return new TitanSession(engine);
    }

    @Override
    public boolean mergesOnRequest() {
        return true;
    }

    @Override
    public long mergeSome() {
        return engine.mergeSome(MERGE_BUDGET_BYTES);
    }

    @Override
    public OptionalLong indexBytes() {
        return OptionalLong.of(engine.stats().keydirBytes());
    }

    @Override
    public RangeDrop dropSixteenthOrNull() {
        long keys = engine.count(0, SIXTEENTH_OF_TOKENS);
        long index = engine.applied().index() + 1;
        long began = System.nanoTime();
        engine.apply(new WriteBatch(new EntryPosition(0, index)).dropRange(0, SIXTEENTH_OF_TOKENS, index));
        long nanos = System.nanoTime() - began;
        if (engine.count(0, SIXTEENTH_OF_TOKENS) != 0) {
            throw new StoreException("keys are left in a range that was dropped");
        }
        return new RangeDrop(keys, nanos);
    }

    @Override
    public void close() {
        engine.close();
    }

    private static final class TitanSession implements Session {
        private final Engine engine;

        TitanSession(Engine engine) {
            this.engine = engine;
        }

        @Override
        public void put(byte[] key, byte[] value) {
            long index = engine.applied().index() + 1;
            engine.apply(new WriteBatch(new EntryPosition(0, index))
                    .put(token(key), MemorySegment.ofArray(key), MemorySegment.ofArray(value), index));
        }

        @Override
        public byte @Nullable [] getOrNull(byte[] key) {
            return engine.valueOrNull(token(key), MemorySegment.ofArray(key));
        }

        private static long token(byte[] key) {
            return Tokens.of(key, 0, key.length).bits();
        }
    }
}
