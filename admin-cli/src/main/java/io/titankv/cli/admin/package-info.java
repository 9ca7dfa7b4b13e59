/**
 * {@code titan cluster}, {@code node}, {@code shard}, {@code plan} and {@code op}: what a cluster says of itself, and how it is changed.
 * Read {@link ChangeCommand} first for what changes, {@link Report} for how things are shown. {@link RingPicture} and {@link RingSvg}
 * draw; they know no network.
 */
@NullMarked
package io.titankv.cli.admin;

import org.jspecify.annotations.NullMarked;
