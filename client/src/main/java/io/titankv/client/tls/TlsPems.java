package io.titankv.client.tls;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@link TlsFiles} as they were when they were read, all together. Immutable.
 *
 * @param ca null: not set; and so for the others
 */
record TlsPems(
        @Nullable PemFile ca,
        @Nullable PemFile certificate,
        @Nullable PemFile key,
        @Nullable PemFile clientCa) {
    /** @throws TlsException when one cannot be read */
    static TlsPems read(TlsFiles files) {
        return new TlsPems(
                readOrNull(TlsFiles.CA, files.ca()),
                readOrNull(TlsFiles.CERTIFICATE, files.certificate()),
                readOrNull(TlsFiles.KEY, files.key()),
                readOrNull(TlsFiles.CLIENT_CA, files.clientCa()));
    }

    private static @Nullable PemFile readOrNull(String setting, @Nullable Path file) {
        return file == null ? null : PemFile.read(setting, file);
    }

    /** Whether all files held the same bytes. */
    boolean holdAs(TlsPems other) {
        return same(ca, other.ca)
                && same(certificate, other.certificate)
                && same(key, other.key)
                && same(clientCa, other.clientCa);
    }

    private static boolean same(@Nullable PemFile one, @Nullable PemFile other) {
        return (one == null || other == null) ? Objects.equals(one, other) : one.holdsAs(other);
    }
}
