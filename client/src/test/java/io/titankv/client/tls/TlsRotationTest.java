package io.titankv.client.tls;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.titankv.client.testing.TestAuthority;
import io.titankv.client.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of files that change under a {@link TlsStore}. */
final class TlsRotationTest {
    private static final List<String> HERE = List.of("127.0.0.1");

    @TempDir
    private Path directory;

    private TestAuthority authority;
    private Instant now = Instant.now();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Issued used;
    private TlsStore store;

    private TlsStore open(Issued issued) {
        return TlsStore.forNode(TlsFiles.of(authority.file(), issued.certificate(), issued.key()), HERE, () -> now);
    }

    @BeforeEach
    void start() {
        Logger logger = (Logger) LoggerFactory.getLogger(TlsStore.class);
        log.start();
        logger.addAppender(log);
        authority = TestAuthority.create(directory, "ca");
        used = authority.node("used");
        store = open(used);
    }

    @AfterEach
    void stop() {
        store.close();
        ((Logger) LoggerFactory.getLogger(TlsStore.class)).detachAppender(log);
    }

    private String shown() {
        return store.keyManager()
                .getCertificateChain(store.keyManager().getServerAliases("EC", null)[0])[0]
                .getSerialNumber()
                .toString();
    }

    private List<String> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(event -> event.getKeyValuePairs() + " " + event.getFormattedMessage())
                .toList();
    }

    @Test
    void aNewPairIsShownOnceItHasSettled() {
        String before = shown();
        authority.node("next").replace(used);
        store.look();
        assertThat(shown()).isEqualTo(before);
        store.look();
        assertThat(shown()).isNotEqualTo(before);
        assertThat(errors()).isEmpty();
    }

    @Test
    void aBadFileLeavesTheOldInUseAndIsNamedOnce() throws IOException {
        String before = shown();
        Files.writeString(used.certificate(), "hello");
        for (int i = 0; i < 5; i++) {
            store.look();
        }
        assertThat(shown()).isEqualTo(before);
        assertThat(errors()).singleElement().asString().contains("tls-cert " + used.certificate());
        authority.node("next").replace(used);
        store.look();
        store.look();
        assertThat(shown()).isNotEqualTo(before);
    }

    @Test
    void aFileThatIsGoneIsNamedOnceAndTheOldStays() throws IOException {
        String before = shown();
        Files.delete(used.key());
        store.look();
        store.look();
        assertThat(shown()).isEqualTo(before);
        assertThat(errors()).singleElement().asString().contains("tls-key " + used.key() + ": no such file");
    }

    @Test
    void anExpiredCertificateIsNotTaken() {
        String before = shown();
        authority
                .request("next")
                .address("127.0.0.1")
                .forServers()
                .forClients()
                .validUntil(now.minusSeconds(1))
                .issue()
                .replace(used);
        store.look();
        store.look();
        assertThat(shown()).isEqualTo(before);
        assertThat(errors()).singleElement().asString().contains("expired at");
    }

    @Test
    void newAuthoritiesAreTrustedBesideTheOld() throws IOException {
        TestAuthority next = TestAuthority.create(directory, "next-ca");
        Files.writeString(authority.file(), Files.readString(authority.file()) + Files.readString(next.file()));
        store.look();
        store.look();
        assertThat(store.nodeTrust().getAcceptedIssuers()).hasSize(2);
        next.node("next").replace(used);
        store.look();
        store.look();
        assertThat(errors()).isEmpty();
    }

    @Test
    void theEndOfACertificateIsToldDaysAheadAndOnceADay() {
        store.look();
        assertThat(warnings()).hasSize(1);
        now = now.plus(Duration.ofHours(23));
        store.look();
        assertThat(warnings()).hasSize(1);
        now = now.plus(Duration.ofHours(2));
        store.look();
        assertThat(warnings()).hasSize(2);
        now = now.plus(Duration.ofDays(10));
        store.look();
        assertThat(errors()).singleElement().asString().contains("expired");
    }

    private List<ILoggingEvent> warnings() {
        return log.list.stream().filter(event -> event.getLevel() == Level.WARN).toList();
    }

    @Test
    void nothingOfAKeyIsEverLoggedOrSaid() throws IOException {
        String secret = Files.readString(used.key()).lines().toList().get(1);
        Files.writeString(used.key(), "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");
        store.look();
        store.look();
        assertThat(errors()).singleElement().asString().doesNotContain(secret.substring(0, 20));
    }
}
