/**
 * {@code titan cluster}, {@code node} and {@code shard}: what a cluster says of itself. Read-only. {@link RingPicture} and
 * {@link RingSvg} draw; they know no network.
 */
@NullMarked
package io.titankv.cli.admin;

import org.jspecify.annotations.NullMarked;
