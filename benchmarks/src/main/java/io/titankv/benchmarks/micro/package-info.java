/**
 * JMH microbenchmarks: of the engine, through its public API, as its parts are package-private and rules keep its package free of other
 * libraries; of the lookup of a key's owner; of a session's messages; and of the whole path in one JVM. Those of the proposer, of apply and of the
 * read barrier are in the packages of these, in this module: nothing there is opened for them. All are run by {@code benchmarks/micro}; {@link io.titankv.benchmarks.micro.MicroBenchmarks} is its program.
 */
@NullMarked
package io.titankv.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
