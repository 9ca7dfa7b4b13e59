package io.titankv.client;

import io.titankv.model.Version;

/**
 * What a write that was done did. Immutable.
 *
 * @param version the version that it gave the key
 * @param existed for deletes: there was a value; always false for puts
 * @param token give it to {@link ReadLevel#after} to read this write from any replica
 */
public record WriteResult(Version version, boolean existed, SessionToken token) {}
