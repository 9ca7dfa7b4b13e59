package io.titankv.multiraft.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import io.titankv.model.Epoch;
import io.titankv.model.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FreezeClockTest {
    private static final TokenRange MOVING = new TokenRange(100, 200);
    private static final Ownership SERVED = new Ownership(new Epoch(1), List.of(TokenRange.WHOLE));
    private static final Ownership FROZEN = SERVED.freezing(List.of(MOVING));

    private final AtomicLong nanos = new AtomicLong(1_000);
    private final List<Long> measured = new ArrayList<>();
    private final FreezeClock clock = new FreezeClock(
            new Ticker() {
                @Override
                public long read() {
                    return nanos.get();
                }
            },
            measured::add);

    @Test
    void measuresFromTheFreezeToTheEndOfIt() {
        clock.look(SERVED);
        clock.look(FROZEN);
        nanos.addAndGet(300);
        clock.look(FROZEN);
        nanos.addAndGet(5);
        clock.look(SERVED);
        nanos.addAndGet(7);
        clock.look(SERVED);
        assertThat(measured).containsExactly(305L);
    }

    @Test
    void measuresEveryFreeze() {
        for (long length : List.of(10L, 20L)) {
            clock.look(FROZEN);
            nanos.addAndGet(length);
            clock.look(FROZEN.forgetting(new Epoch(length)));
        }
        assertThat(measured).containsExactly(10L, 20L);
    }
}
