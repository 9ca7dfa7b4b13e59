/**
 * What the comparisons of systems share, whatever they compare: records that can be checked, medians, bars, files, processes.
 *
 * <p>Read {@link io.titankv.benchmarks.comparison.Records} first.
 */
@NullMarked
package io.titankv.benchmarks.comparison;

import org.jspecify.annotations.NullMarked;
