/** Asking peers, for all groups together, whether the terms that this node leads in are still the newest. */
@NullMarked
package io.titankv.multiraft.terms;

import org.jspecify.annotations.NullMarked;
