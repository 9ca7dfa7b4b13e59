/** {@code titan store}: looks into data directories while no node runs in them. Changes nothing. */
@NullMarked
package io.titankv.cli.store;

import org.jspecify.annotations.NullMarked;
