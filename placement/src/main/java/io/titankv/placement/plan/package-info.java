/**
 * Where things should be, and how to get there: the first ring and its spread over nodes, what to move when nodes join, die or are
 * taken away, when ranges grow or get hot, who leads. Pure functions: a {@link io.titankv.placement.plan.ClusterModel} in, a {@link
 * io.titankv.placement.plan.Plan} out; no clock, no chance, no I/O. Any thread may plan; the values are immutable.
 *
 * <p>Read {@link io.titankv.placement.plan.ClusterModel}, {@link io.titankv.placement.plan.Plan} and {@link
 * io.titankv.placement.plan.ReplicaPlanner} first. Then {@link io.titankv.placement.plan.Frontier}, which tells a driver what of a plan
 * to do next.
 */
@NullMarked
package io.titankv.placement.plan;

import org.jspecify.annotations.NullMarked;
