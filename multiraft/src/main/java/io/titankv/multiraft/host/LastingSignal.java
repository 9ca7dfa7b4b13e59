package io.titankv.multiraft.host;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.util.AwaitForSignal;

/**
 * A signal that is kept until it is waited for. Ratis 3.3.0 forgets one that comes between a look at what there is to do and the wait for
 * more: an entry was then sent with the next heartbeat only. For one thread that waits and any that signal.
 */
final class LastingSignal extends AwaitForSignal {
    private final Semaphore signals = new Semaphore(0);

    LastingSignal() {
        super("lasting");
    }

    @Override
    public void await() throws InterruptedException {
        signals.acquire();
        signals.drainPermits();
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        boolean signaled = signals.tryAcquire(Math.max(0, time), unit);
        signals.drainPermits();
        return signaled;
    }

    /** Several before a wait are one. */
    @Override
    public void signal() {
        if (signals.availablePermits() == 0) {
            signals.release();
        }
    }
}
