/**
 * The planners of placement on paper: simulated clusters of up to 1,000 nodes and 100,000 ranges that grow, lose nodes and are loaded
 * unevenly, and figures of how even they end, how much moved and how long a decision took. Read {@link
 * io.titankv.benchmarks.placement.PlacementSimulation} first; one thread runs it.
 */
@NullMarked
package io.titankv.benchmarks.placement;

import org.jspecify.annotations.NullMarked;
