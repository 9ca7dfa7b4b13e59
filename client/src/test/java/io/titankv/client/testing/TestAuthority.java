package io.titankv.client.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates for tests, as an administrator does with openssl. Its files lie in a directory of the caller's. Thread-safe. */
public final class TestAuthority {
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private final Path directory;
    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    private TestAuthority(Path directory, String name, KeyPair keys, X509Certificate certificate) {
        this.directory = directory;
        this.name = name;
        this.keys = keys;
        this.certificate = certificate;
    }

    /** A certificate and its key, as files. Immutable. */
    public record Issued(Path certificate, Path key) {
        /** Puts these in the place of others, one after the other, each in one step. */
        public void replace(Issued other) {
            move(certificate, other.certificate);
            move(key, other.key);
        }
    }

    /** A new authority; its certificate is {@code NAME.pem}. */
    public static TestAuthority create(Path directory, String name) {
        KeyPair keys = newKeys("EC");
        try {
            X500Principal subject = new X500Principal("CN=" + name);
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    subject, serial(), Date.from(day(-1)), Date.from(day(30)), subject, keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            X509Certificate certificate = sign(builder, keys);
            write(directory.resolve(name + ".pem"), pem(certificate));
            return new TestAuthority(directory, name, keys, certificate);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The authority's own certificate. */
    public Path file() {
        return directory.resolve(name + ".pem");
    }

    /** A certificate to be issued. Confined to one thread. */
    public final class Request {
        private final String subject;
        private final List<GeneralName> names = new ArrayList<>();
        private final List<KeyPurposeId> usages = new ArrayList<>();
        private String algorithm = "EC";
        private Instant from = day(-1);
        private Instant until = day(10);

        private Request(String subject) {
            this.subject = subject;
        }

        public Request address(String ip) {
            names.add(new GeneralName(GeneralName.iPAddress, ip));
            return this;
        }

        public Request host(String dns) {
            names.add(new GeneralName(GeneralName.dNSName, dns));
            return this;
        }

        public Request forServers() {
            usages.add(KeyPurposeId.id_kp_serverAuth);
            return this;
        }

        public Request forClients() {
            usages.add(KeyPurposeId.id_kp_clientAuth);
            return this;
        }

        /** RSA, EC or another that the JDK knows. */
        public Request algorithm(String value) {
            algorithm = value;
            return this;
        }

        public Request validFrom(Instant value) {
            from = value;
            return this;
        }

        public Request validUntil(Instant value) {
            until = value;
            return this;
        }

        /** Writes {@code SUBJECT.pem} and {@code SUBJECT.key}. */
        public Issued issue() {
            KeyPair own = newKeys(algorithm);
            try {
                JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        certificate.getSubjectX500Principal(),
                        serial(),
                        Date.from(from),
                        Date.from(until),
                        new X500Principal("CN=" + subject),
                        own.getPublic());
                if (!names.isEmpty()) {
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)));
                }
                if (!usages.isEmpty()) {
                    builder.addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(usages.toArray(KeyPurposeId[]::new)));
                }
                Issued issued = new Issued(directory.resolve(subject + ".pem"), directory.resolve(subject + ".key"));
                write(issued.certificate(), pem(sign(builder, keys)));
                write(issued.key(), pem(new JcaPKCS8Generator(own.getPrivate(), null)));
                Files.setPosixFilePermissions(issued.key(), PosixFilePermissions.fromString("rw-------"));
                return issued;
            } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A certificate with nothing set but a validity of some days. */
    public Request request(String subject) {
        return new Request(subject);
    }

    /** What a node on 127.0.0.1 needs. */
    public Issued node(String subject) {
        return request(subject)
                .address("127.0.0.1")
                .host("localhost")
                .forServers()
                .forClients()
                .issue();
    }

    /** What a client needs. */
    public Issued client(String subject) {
        return request(subject).forClients().issue();
    }

    private static KeyPair newKeys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair by)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
    }

    private static BigInteger serial() {
        return BigInteger.valueOf(SERIALS.getAndIncrement());
    }

    private static Instant day(int fromNow) {
        return Instant.now().plus(Duration.ofDays(fromNow));
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
