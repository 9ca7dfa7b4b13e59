/** A cluster that is one process's memory, and a way to run commands against it. */
@NullMarked
package io.titankv.cli.testing;

import org.jspecify.annotations.NullMarked;
