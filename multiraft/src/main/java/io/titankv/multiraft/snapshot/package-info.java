/**
 * Moves a checkpoint's files from one node to another: resumable, checksummed, only the files that are missing, at a pace that other
 * copies can share. Knows neither Raft nor engines.
 */
@NullMarked
package io.titankv.multiraft.snapshot;

import org.jspecify.annotations.NullMarked;
