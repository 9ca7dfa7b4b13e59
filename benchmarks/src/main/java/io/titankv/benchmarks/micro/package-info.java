/**
 * JMH microbenchmarks of the engine, through its public API: its parts are package-private, and rules keep its package free of other
 * libraries. Run by {@code benchmarks/micro}; {@link io.titankv.benchmarks.micro.MicroBenchmarks} is its program.
 */
@NullMarked
package io.titankv.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
