package io.titankv.client.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are taken at the start, and which are refused and why. */
final class TlsStoreTest {
    private static final List<String> HERE = List.of("127.0.0.1");

    @TempDir
    private Path directory;

    private TestAuthority authority;
    private Instant now = Instant.now();

    @BeforeEach
    void foundAnAuthority() {
        authority = TestAuthority.create(directory, "ca");
    }

    private TlsStore open(Issued issued) {
        return TlsStore.forNode(TlsFiles.of(authority.file(), issued.certificate(), issued.key()), HERE, () -> now);
    }

    private void assertRefused(Issued issued, Path named, String setting, String cause) {
        assertThatThrownBy(() -> open(issued))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(setting + " " + named + ": ")
                .hasMessageContaining(cause);
    }

    @Test
    void aNodesCertificateIsTakenWithAKeyOfEitherKind() {
        for (String algorithm : List.of("EC", "RSA")) {
            Issued issued = authority
                    .request("node-" + algorithm)
                    .algorithm(algorithm)
                    .address("127.0.0.1")
                    .forServers()
                    .forClients()
                    .issue();
            try (TlsStore store = open(issued)) {
                assertThat(store.keyManager().getServerAliases(algorithm, null)).isNotEmpty();
                assertThat(store.expiry())
                        .hasValueSatisfying(end -> assertThat(end).isAfter(now.plus(Duration.ofDays(9))));
            }
        }
    }

    @Test
    void halfOfThePairIsRefused() {
        Issued issued = authority.node("n1");
        assertThatThrownBy(() -> new TlsFiles(authority.file(), issued.certificate(), null, null))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("set tls-key too");
        assertThatThrownBy(() -> new TlsFiles(authority.file(), null, issued.key(), null))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("set tls-cert too");
    }

    @Test
    void aNodeNeedsAllThree() {
        Issued issued = authority.node("n1");
        assertThatThrownBy(() -> TlsStore.forNode(TlsFiles.of(authority.file()), HERE))
                .hasMessage("tls-cert is missing: a node with TLS needs tls-cert, tls-key and tls-ca");
        assertThatThrownBy(() -> TlsStore.forNode(new TlsFiles(null, issued.certificate(), issued.key(), null), HERE))
                .hasMessageContaining("tls-ca is missing");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws IOException {
        Issued issued = authority.node("n1");
        Path nowhere = directory.resolve("nowhere.pem");
        assertRefused(new Issued(nowhere, issued.key()), nowhere, "tls-cert", "no such file");
        assertRefused(new Issued(issued.certificate(), nowhere), nowhere, "tls-key", "no such file");
        assertRefused(new Issued(directory, issued.key()), directory, "tls-cert", "is a directory");
        Path text = Files.writeString(directory.resolve("text.pem"), "hello");
        assertRefused(new Issued(text, issued.key()), text, "tls-cert", "certificate");
        Path empty = Files.createFile(directory.resolve("empty.pem"));
        assertRefused(new Issued(empty, issued.key()), empty, "tls-cert", "holds no certificate");
        assertRefused(new Issued(issued.key(), issued.key()), issued.key(), "tls-cert", "certificate");
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsRefused() {
        Issued one = authority.node("n1");
        Issued other = authority.node("n2");
        assertRefused(
                new Issued(one.certificate(), other.key()),
                other.key(),
                "tls-key",
                "is not the key of the certificate in " + one.certificate());
        Issued rsa = authority
                .request("rsa")
                .algorithm("RSA")
                .address("127.0.0.1")
                .forServers()
                .forClients()
                .issue();
        assertRefused(new Issued(one.certificate(), rsa.key()), rsa.key(), "tls-key", "certificate's kind (EC)");
    }

    @Test
    void aKeyInAFormThatIsNotReadIsRefusedWithAWayOut() throws IOException {
        Issued issued = authority.node("n1");
        String pem = Files.readString(issued.key());
        Files.writeString(issued.key(), pem.replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertRefused(issued, issued.key(), "tls-key", "openssl pkcs8 -topk8 -nocrypt");
        Files.writeString(issued.key(), pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        assertRefused(issued, issued.key(), "tls-key", "encrypted");
        Files.writeString(issued.key(), Files.readString(issued.certificate()));
        assertRefused(issued, issued.key(), "tls-key", "holds no private key");
    }

    @Test
    void aKeyThatOthersMayReadIsRefusedAndOneForTheGroupIsNot() throws IOException {
        Issued issued = authority.node("n1");
        Files.setPosixFilePermissions(issued.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(issued, issued.key(), "tls-key", "open to others (rw-r--r--)");
        Files.setPosixFilePermissions(issued.key(), PosixFilePermissions.fromString("rw-rw----"));
        assertRefused(issued, issued.key(), "tls-key", "open to others (rw-rw----)");
        Files.setPosixFilePermissions(issued.key(), PosixFilePermissions.fromString("rw-r-----"));
        open(issued).close();
    }

    @Test
    void aCertificateOutOfItsTimeIsRefused() {
        Instant yesterday = now.minus(Duration.ofDays(1));
        Issued old = authority
                .request("old")
                .address("127.0.0.1")
                .forServers()
                .forClients()
                .validFrom(yesterday.minusSeconds(60))
                .validUntil(yesterday)
                .issue();
        assertRefused(old, old.certificate(), "tls-cert", "the certificate expired at ");
        Issued young = authority
                .request("young")
                .address("127.0.0.1")
                .forServers()
                .forClients()
                .validFrom(now.plus(Duration.ofDays(1)))
                .issue();
        assertRefused(young, young.certificate(), "tls-cert", "is not valid before ");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() {
        Issued stranger = TestAuthority.create(directory, "other").node("stranger");
        assertRefused(stranger, stranger.certificate(), "tls-cert", "not one that " + authority.file());
    }

    @Test
    void aCertificateThatNamesAnotherHostIsRefused() {
        Issued elsewhere = authority
                .request("elsewhere")
                .address("10.0.0.1")
                .host("*.example.org")
                .forServers()
                .forClients()
                .issue();
        assertRefused(elsewhere, elsewhere.certificate(), "tls-cert", "does not name 127.0.0.1");
        TlsFiles files = TlsFiles.of(authority.file(), elsewhere.certificate(), elsewhere.key());
        TlsStore.forNode(files, List.of("10.0.0.1", "n1.example.org"), () -> now)
                .close();
        assertThatThrownBy(() -> TlsStore.forNode(files, List.of("a.b.example.org"), () -> now))
                .hasMessageContaining("does not name a.b.example.org");
    }

    @Test
    void aClientsCertificateIsNotANodes() {
        Issued client = authority.client("client");
        assertRefused(client, client.certificate(), "tls-cert", "serverAuth and clientAuth");
    }

    @Test
    void aKeyOfAnotherKindThanTwoIsRefused() {
        Issued odd = authority
                .request("odd")
                .algorithm("Ed25519")
                .address("127.0.0.1")
                .forServers()
                .forClients()
                .issue();
        assertRefused(odd, odd.certificate(), "tls-cert", "there are RSA and EC");
    }

    @Test
    void aClientNeedsNothingOfItsOwn() {
        try (TlsStore store = TlsStore.forClient(TlsFiles.of(authority.file()))) {
            assertThat(store.expiry()).isEmpty();
            assertThat(store.nodeTrust().getAcceptedIssuers()).hasSize(1);
        }
        try (TlsStore store = TlsStore.forClient(TlsFiles.ofJdkAuthorities())) {
            assertThat(store.nodeTrust().getAcceptedIssuers()).hasSizeGreaterThan(10);
        }
    }
}
