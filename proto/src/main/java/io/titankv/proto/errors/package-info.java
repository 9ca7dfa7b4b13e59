/**
 * How an error of ours travels: as a gRPC status with google.rpc.ErrorInfo and RetryInfo, or as the status of one key among
 * many. Immutable values and pure functions. Read {@link io.titankv.proto.errors.TitanError} first.
 */
@NullMarked
package io.titankv.proto.errors;

import org.jspecify.annotations.NullMarked;
