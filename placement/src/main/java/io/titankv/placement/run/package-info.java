/**
 * Placement at work: forming a cluster, the replicated state's files, the service that nodes talk to, the leader's scheduler, each
 * node's agent, and what people and clients may ask.
 *
 * <p>The server uses {@link io.titankv.placement.run.PlacementNode}, which wires the rest; read it first. Threads: one for a
 * node's agent, one for what it was told to do, one for the leader's scheduler; gRPC's for calls.
 */
@NullMarked
package io.titankv.placement.run;

import org.jspecify.annotations.NullMarked;
