package io.titankv.engine;

/** A node of a {@link Keydir}'s tree. All leaves lie at one depth. */
sealed interface KeydirNode permits KeydirBranch, KeydirLeaf {}
