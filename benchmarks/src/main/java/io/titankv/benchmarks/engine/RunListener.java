package io.titankv.benchmarks.engine;

/** Told what a run shows, while it lasts. */
interface RunListener {
    void measured(Measurement measurement);

    /** Something that a person should know: what was left out and why, or why a figure is not to be trusted. One line. */
    void noted(String note);
}
