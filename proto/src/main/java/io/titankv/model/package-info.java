/**
 * The small value types that several modules share: keys, tokens, ranges, ids, versions, and the limits and error reasons that
 * the API promises.
 *
 * <p>Everything here is immutable and free of I/O. Read {@link io.titankv.model.Token} and {@link io.titankv.model.TokenRange}
 * first.
 */
@NullMarked
package io.titankv.model;

import org.jspecify.annotations.NullMarked;
