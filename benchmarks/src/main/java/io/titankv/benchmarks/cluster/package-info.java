/**
 * Three processes of Titan-KV beside three of RheaKV and of etcd, and beside an empty gRPC echo, in one run on one machine.
 *
 * <p>{@link io.titankv.benchmarks.cluster.ClusterComparison} is the program: it starts the processes of each system in turn, and one
 * more that puts the load on them, {@link io.titankv.benchmarks.cluster.LoadProgram}; it prints the medians, and what they come to
 * beside each other. Read {@link io.titankv.benchmarks.cluster.Way} and {@link io.titankv.benchmarks.cluster.NodePrograms} to add a
 * system.
 */
@NullMarked
package io.titankv.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
