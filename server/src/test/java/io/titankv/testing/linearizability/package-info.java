/**
 * Judges whether a history of operations on single keys is linearizable.
 *
 * <p>Read {@link io.titankv.testing.linearizability.LinearizabilityChecker} first.
 */
@NullMarked
package io.titankv.testing.linearizability;

import org.jspecify.annotations.NullMarked;
