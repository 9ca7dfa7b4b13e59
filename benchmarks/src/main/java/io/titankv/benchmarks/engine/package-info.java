/**
 * The engine compared with RocksDB, LMDB and Chronicle Map, in one run on one machine.
 *
 * <p>{@link io.titankv.benchmarks.engine.EngineComparison} is the program: it starts a fresh JVM for every system and run, in turn,
 * and prints the medians. {@link io.titankv.benchmarks.engine.OneRun} is what such a JVM does. Read {@link
 * io.titankv.benchmarks.engine.Store} to add a system.
 */
@NullMarked
package io.titankv.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
