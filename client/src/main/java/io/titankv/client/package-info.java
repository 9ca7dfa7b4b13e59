/**
 * The Java client of Titan-KV: finds the shard that owns a key and talks to its leader.
 *
 * <p>Thread-safe. Read {@link io.titankv.client.session.SessionLink} for how operations travel.
 */
@NullMarked
package io.titankv.client;

import org.jspecify.annotations.NullMarked;
