/**
 * Where things should be: the ring, the spread of replicas over nodes, the balance of leaders. Pure functions: values in, a plan
 * out. Read {@link io.titankv.placement.plan.HashRing} first.
 */
@NullMarked
package io.titankv.placement.plan;

import org.jspecify.annotations.NullMarked;
