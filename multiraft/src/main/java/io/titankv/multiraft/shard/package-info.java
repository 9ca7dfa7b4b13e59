/**
 * The shard: a replicated state machine over an engine. Proposals are gathered into Raft entries, judged and applied exactly
 * once; reads are answered from the engine behind a read level.
 *
 * <p>Read {@link io.titankv.multiraft.shard.Shard} first.
 */
@NullMarked
package io.titankv.multiraft.shard;

import org.jspecify.annotations.NullMarked;
