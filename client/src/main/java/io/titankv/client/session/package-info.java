/**
 * Numbered operations over one Session stream to one address: many in flight, answered in any order, gathered into messages
 * while the stream is busy. No routes and no retries of operations here: what became of an operation is told as it is.
 *
 * <p>Sending runs on the caller's thread or on a virtual thread, answers on gRPC's threads, deadlines on the wheel's thread.
 * Read {@link io.titankv.client.session.SessionLink} first.
 */
@NullMarked
package io.titankv.client.session;

import org.jspecify.annotations.NullMarked;
