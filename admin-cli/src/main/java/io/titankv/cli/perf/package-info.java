/**
 * {@code titan perf}: a load on a running cluster, what it measured, and how two measurements compare.
 *
 * <p>{@link io.titankv.cli.perf.Generator} starts operations on one thread, answers come on the client's threads, and {@link
 * io.titankv.cli.perf.Recording} takes them from there. Read {@link io.titankv.cli.perf.LoadRun} first. {@link
 * io.titankv.cli.perf.Zipfian} and {@link io.titankv.cli.perf.ClosedLoop} are what the benchmarks use, too.
 */
@NullMarked
package io.titankv.cli.perf;

import org.jspecify.annotations.NullMarked;
