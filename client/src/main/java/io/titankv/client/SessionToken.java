package io.titankv.client;

import com.google.protobuf.ByteString;

/**
 * How far a shard had come when it answered; opaque. Immutable.
 *
 * @param bytes at most 4 KiB
 */
public record SessionToken(ByteString bytes) {}
