/**
 * Bitcask: a durable hash store in one directory, written by one thread and read by many without locks.
 *
 * <p>Read {@link io.titankv.engine.Engine} first.
 */
@NullMarked
package io.titankv.engine;

import org.jspecify.annotations.NullMarked;
