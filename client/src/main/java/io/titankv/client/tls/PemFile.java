package io.titankv.client.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A PEM file as it was when it was read, and the setting that named it. Immutable. */
final class PemFile {
    /** Far above any chain of certificates, and all authorities that a system trusts. */
    private static final int BYTES_MAX = 4 << 20;

    private static final String KEY_LABEL = "PRIVATE KEY";
    private static final Pattern KEY_BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /** PostgreSQL's rule: the group may read, for users who share a key; others may not, and only the owner writes. */
    private static final Set<PosixFilePermission> KEY_PERMISSIONS_MAX = PosixFilePermissions.fromString("rwxr-x---");

    private final String setting;
    private final Path path;
    private final byte[] bytes;

    private PemFile(String setting, Path path, byte[] bytes) {
        this.setting = setting;
        this.path = path;
        this.bytes = bytes;
    }

    /**
     * Reads a file.
     *
     * @throws TlsException when it cannot be read
     */
    static PemFile read(String setting, Path path) {
        PemFile nothing = new PemFile(setting, path, new byte[0]);
        if (Files.isDirectory(path)) {
            throw nothing.refusal("is a directory");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw nothing.refusal("is larger than " + BYTES_MAX + " bytes");
            }
            return new PemFile(setting, path, bytes);
        } catch (NoSuchFileException e) {
            throw nothing.refusal("no such file", e);
        } catch (AccessDeniedException e) {
            throw nothing.refusal("permission denied", e);
        } catch (IOException e) {
            throw nothing.refusal("cannot be read: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /** Whether both held the same bytes. */
    boolean holdsAs(PemFile other) {
        return Arrays.equals(bytes, other.bytes);
    }

    /** Why this file cannot be used. */
    TlsException refusal(String cause) {
        return new TlsException(setting + " " + path + ": " + cause);
    }

    TlsException refusal(String cause, Throwable failure) {
        return new TlsException(setting + " " + path + ": " + cause, failure);
    }

    /** The certificates, in order; one at least. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates;
        try {
            certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
        } catch (CertificateException e) {
            throw refusal("is not a PEM file of certificates: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw refusal("holds no certificate");
        }
        return certificates;
    }

    /**
     * The private key.
     *
     * @param algorithm RSA or EC, as the certificate says
     */
    PrivateKey key(String algorithm) {
        Matcher block = KEY_BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw refusal("holds no private key");
        }
        String label = block.group(1);
        if (!label.equals(KEY_LABEL)) {
            throw refusal(
                    label.startsWith("ENCRYPTED")
                            ? "the key is encrypted: write it without a password, 'openssl pkcs8 -topk8 -nocrypt'"
                            : "the key has the form '" + label
                                    + "': write it as PKCS#8, 'openssl pkcs8 -topk8 -nocrypt'");
        }
        try {
            byte[] key = Base64.getMimeDecoder().decode(block.group(2));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Without the cause: its message may quote the key.
            throw refusal(
                    "the private key cannot be read, or is not one of the certificate's kind (" + algorithm + ")");
        }
    }

    /** Refuses a key that more people may read than may know it. Does nothing where the file system knows no permissions. */
    void requirePrivate() {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException e) {
            return;
        } catch (IOException e) {
            throw refusal("its permissions cannot be read: " + e.getMessage(), e);
        }
        if (!KEY_PERMISSIONS_MAX.containsAll(permissions)) {
            throw refusal("the key is open to others (" + PosixFilePermissions.toString(permissions)
                    + "): at most rw-r----- is taken, see 'chmod 600'");
        }
    }
}
