/**
 * Wires one node: configuration, lifecycle, network, security. No rule of the domain lives here.
 *
 * <p>Read {@link io.titankv.server.TitanServer} first.
 */
@NullMarked
package io.titankv.server;

import org.jspecify.annotations.NullMarked;
