/** {@code titan shell}: the same verbs at a prompt. */
@NullMarked
package io.titankv.cli.shell;

import org.jspecify.annotations.NullMarked;
