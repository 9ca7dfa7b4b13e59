/**
 * A cluster of processes that grows under a load, on one machine: what its clients feel before and meanwhile, how even it ends, how
 * much moved, and how long ranges are served by nobody when they change hands. Read {@link
 * io.titankv.benchmarks.growth.GrowthBenchmark} first; one thread runs it.
 */
@NullMarked
package io.titankv.benchmarks.growth;

import org.jspecify.annotations.NullMarked;
