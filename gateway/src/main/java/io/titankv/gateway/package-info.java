/**
 * The endpoint on every node: takes a request to the replica that can answer it, wherever that is, and says truly what became
 * of it.
 *
 * <p>Nothing here blocks. Calls arrive on gRPC's threads; answers are put together on the gateway's own few threads, so that the
 * threads that apply Raft entries are not kept. Read {@link io.titankv.gateway.Gateway} first, then {@code Router}, the one loop
 * that finds a replica for every kind of request.
 */
@NullMarked
package io.titankv.gateway;

import org.jspecify.annotations.NullMarked;
