/**
 * What all commands share: the streams they talk to, how bytes, tables and JSON are written, the options that stand everywhere,
 * connections, and how a failure becomes one line and an exit code.
 *
 * <p>Runs on the thread that called the command, unless a class says otherwise. Read {@link io.titankv.cli.common.TitanCommand}
 * and {@link io.titankv.cli.common.Context} first.
 */
@NullMarked
package io.titankv.cli.common;

import org.jspecify.annotations.NullMarked;
