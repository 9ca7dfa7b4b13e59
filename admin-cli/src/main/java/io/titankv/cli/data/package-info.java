/**
 * {@code titan data}: reading and writing keys, and moving many of them in and out as JSON lines. {@link JsonRecord} is the
 * form of a line.
 */
@NullMarked
package io.titankv.cli.data;

import org.jspecify.annotations.NullMarked;
