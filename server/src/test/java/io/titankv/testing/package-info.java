/**
 * A real cluster for tests: nodes in the test's own JVM, with real sockets and real files, that can be stopped, killed, restarted
 * and cut off.
 *
 * <p>Read {@link io.titankv.testing.TitanClusterExtension} first.
 */
@NullMarked
package io.titankv.testing;

import org.jspecify.annotations.NullMarked;
