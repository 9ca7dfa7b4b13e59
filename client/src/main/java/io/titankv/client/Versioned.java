package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.Version;

/**
 * A value that was read. Immutable.
 *
 * @param value 0 bytes or more
 * @param version the version of the write that put it there
 * @param token give it to {@link ReadLevel#after} to read at least as late a state
 */
public record Versioned(ByteString value, Version version, SessionToken token) {}
