package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BurstTest {
    private final List<String> done = new ArrayList<>();
    private final Runnable first = new Note("first");
    private final Runnable second = new Note("second");

    private final class Note implements Runnable {
        private final String name;

        Note(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            done.add(name);
        }
    }

    @Test
    void withoutABurstAllIsDoneAtOnce() {
        Burst.atEnd(first);
        assertThat(done).containsExactly("first");
        Burst.atEnd(first);
        assertThat(done).containsExactly("first", "first");
    }

    @Test
    void whatIsAskedForTwiceIsDoneOnceAfterTheWork() {
        Burst.run(() -> {
            Burst.atEnd(first);
            Burst.atEnd(second);
            Burst.atEnd(first);
            done.add("work");
        });
        assertThat(done).containsExactly("work", "first", "second");
    }

    @Test
    void aBurstWithinABurstEndsWithIt() {
        Burst.run(() -> {
            Burst.run(() -> Burst.atEnd(first));
            done.add("work");
        });
        assertThat(done).containsExactly("work", "first");
    }

    @Test
    void whatIsPutOffAtTheEndIsDoneToo() {
        Burst.run(() -> Burst.atEnd(() -> {
            Burst.atEnd(first);
            done.add("end");
        }));
        assertThat(done).containsExactly("end", "first");
    }

    @Test
    void aTaskThatRunsMayBeAskedForAgain() {
        Runnable twice = new Runnable() {
            @Override
            public void run() {
                done.add("twice");
                if (done.size() < 2) {
                    Burst.atEnd(this);
                }
            }
        };
        Burst.run(() -> Burst.atEnd(twice));
        assertThat(done).containsExactly("twice", "twice");
    }

    @Test
    void allIsDoneThoughSomethingThrowsAndTheNextBurstBeginsAnew() {
        Runnable bad = () -> {
            throw new IllegalStateException("bad");
        };
        assertThatThrownBy(() -> Burst.run(() -> {
                    Burst.atEnd(first);
                    Burst.atEnd(bad);
                    Burst.atEnd(second);
                    throw new IllegalArgumentException("work");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(done).containsExactly("first", "second");

        Burst.atEnd(first);
        assertThat(done).containsExactly("first", "second", "first");
    }
}
