/**
 * The {@code titan} command: {@link io.titankv.cli.Titan} puts the nouns together and says failures in one line.
 *
 * <p>{@code data} reads and writes keys, {@code admin} shows a cluster, {@code store} looks into a data directory, {@code run}
 * starts nodes, {@code shell} is a prompt with the same verbs; {@code common} is what they share.
 */
@NullMarked
package io.titankv.cli;

import org.jspecify.annotations.NullMarked;
