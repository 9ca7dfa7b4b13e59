/**
 * The binding for YCSB (B. Cooper et al., Benchmarking Cloud Serving Systems with YCSB, SoCC 2010), so that others can measure a
 * cluster with a tool of their own. Read {@link io.titankv.benchmarks.ycsb.TitanDb} first.
 */
@NullMarked
package io.titankv.benchmarks.ycsb;

import org.jspecify.annotations.NullMarked;
