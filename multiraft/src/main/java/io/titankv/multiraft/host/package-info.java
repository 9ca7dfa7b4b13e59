/**
 * Many Raft groups in one process: the only package that knows Apache Ratis. It offers a replicated state machine, a proposal
 * whose outcome is told truly, and a read barrier.
 *
 * <p>Read {@link io.titankv.multiraft.host.ReplicatedStateMachine} and {@link io.titankv.multiraft.host.Replica} first.
 */
@NullMarked
package io.titankv.multiraft.host;

import org.jspecify.annotations.NullMarked;
