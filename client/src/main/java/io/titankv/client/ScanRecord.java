package io.titankv.client;

import com.google.protobuf.ByteString;
import io.titankv.model.Key;
import io.titankv.model.Token;
import io.titankv.model.Version;

/**
 * A record that a scan met. Immutable.
 *
 * @param value empty when only keys were asked for
 */
public record ScanRecord(Key key, ByteString value, Version version, Token token) {}
