/**
 * Moves a checkpoint's files from one node to another: resumable, checksummed, only the files that are missing. Knows neither
 * Raft nor engines.
 */
@NullMarked
package io.titankv.multiraft.snapshot;

import org.jspecify.annotations.NullMarked;
