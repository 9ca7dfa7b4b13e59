/** {@code titan up} and {@code titan server}: nodes in this process. */
@NullMarked
package io.titankv.cli.run;

import org.jspecify.annotations.NullMarked;
