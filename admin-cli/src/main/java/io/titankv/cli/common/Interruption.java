package io.titankv.cli.common;

/**
 * Runs something when the process is told to end (Ctrl-C, SIGTERM) before this is over. The JVM waits for it, so it must be
 * short.
 */
public final class Interruption {
    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    public static Interruption runs(Runnable action) {
        Thread hook = new Thread(action, "titan-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    /** It is over: the action is not wanted any more. */
    public void over() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs or has run.
            return;
        }
    }
}
