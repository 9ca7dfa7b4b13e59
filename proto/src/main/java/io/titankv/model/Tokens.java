package io.titankv.model;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import com.google.protobuf.ByteString;

/** Hashes keys to tokens: XXH3-64 with seed 0. Thread-safe. */
public final class Tokens {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();

    private Tokens() {}

    /** The token of these bytes. */
    public static Token of(ByteString bytes) {
        byte[] array = bytes.toByteArray();
        return of(array, 0, array.length);
    }

    /** The token of {@code length} bytes of {@code array} from {@code offset}. */
    public static Token of(byte[] array, int offset, int length) {
        return new Token(XXH3.hashBytesToLong(array, offset, length));
    }
}
