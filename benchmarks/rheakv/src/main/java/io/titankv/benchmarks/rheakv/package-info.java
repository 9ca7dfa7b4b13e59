/**
 * RheaKV, the store on SOFAJRaft, as a peer of {@link io.titankv.benchmarks.cluster.ClusterComparison}: its process, and the way in
 * through its own client. Read {@link io.titankv.benchmarks.rheakv.RheaNode} first.
 */
@NullMarked
package io.titankv.benchmarks.rheakv;

import org.jspecify.annotations.NullMarked;
