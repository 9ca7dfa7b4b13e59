package io.titankv.multiraft.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskGuardTest {
    private static final long MIN = 1_000;

    private long free;
    private boolean broken;
    private final DiskGuard guard = new DiskGuard(this::free, MIN);

    private long free() throws IOException {
        if (broken) {
            throw new IOException("the disk does not answer");
        }
        return free;
    }

    private boolean fullWith(long bytes) throws IOException {
        free = bytes;
        guard.look();
        return guard.full();
    }

    @Test
    void isFullBelowTheLimit() throws IOException {
        assertThat(guard.full()).isFalse();
        assertThat(fullWith(MIN)).isFalse();
        assertThat(fullWith(MIN - 1)).isTrue();
        assertThat(fullWith(0)).isTrue();
    }

    @Test
    void staysFullUntilATenthAboveTheLimit() throws IOException {
        assertThat(fullWith(MIN - 1)).isTrue();
        assertThat(fullWith(MIN + 99)).isTrue();
        assertThat(fullWith(MIN + 100)).isFalse();
        assertThat(fullWith(MIN)).isFalse();
    }

    private boolean exhaustedWith(long bytes) throws IOException {
        free = bytes;
        guard.look();
        return guard.exhausted();
    }

    @Test
    void isExhaustedBelowHalfOfTheLimitUntilATenthAbove() throws IOException {
        assertThat(guard.exhausted()).isFalse();
        assertThat(exhaustedWith(MIN / 2)).isFalse();
        assertThat(guard.full()).isTrue();
        assertThat(exhaustedWith(MIN / 2 - 1)).isTrue();
        assertThat(exhaustedWith(MIN / 2 + 49)).isTrue();
        assertThat(exhaustedWith(MIN / 2 + 50)).isFalse();
        assertThat(guard.full()).isTrue();
        assertThat(exhaustedWith(0)).isTrue();
        assertThat(exhaustedWith(2 * MIN)).isFalse();
        assertThat(guard.full()).isFalse();
    }

    @Test
    void countsWhatIsTakenUntilTheNextLook() throws IOException {
        guard.onTaken(1 << 30);
        assertThat(guard.full()).as("before the first look").isFalse();
        assertThat(fullWith(2 * MIN)).isFalse();
        guard.onTaken(MIN / 2);
        assertThat(guard.full()).isFalse();
        guard.onTaken(1);
        assertThat(guard.full()).isTrue();
        assertThat(guard.exhausted()).isFalse();
        guard.onTaken(MIN / 4);
        assertThat(guard.exhausted()).isTrue();
        assertThat(exhaustedWith(2 * MIN)).isFalse();
        assertThat(guard.full()).isFalse();
    }

    @Test
    void knowsNothingNewWhenItCannotLook() throws IOException {
        assertThat(fullWith(MIN - 1)).isTrue();
        broken = true;
        assertThatThrownBy(guard::look).isInstanceOf(IOException.class);
        assertThat(guard.full()).isTrue();
    }

    @Test
    void readsARealDisk(@TempDir Path directory) throws IOException {
        assertThat(DiskGuard.of(directory).read()).isPositive();
    }
}
