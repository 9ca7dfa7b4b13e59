/**
 * The placement group's state and how each command changes it: pure and deterministic, without Raft, sockets, disk or clock.
 *
 * <p>Run by the placement group's apply thread; the states themselves are immutable and may be read by anyone. Read {@link
 * io.titankv.placement.state.PlacementState} first.
 */
@NullMarked
package io.titankv.placement.state;

import org.jspecify.annotations.NullMarked;
