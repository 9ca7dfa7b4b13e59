package io.titankv.client.tls;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says in plain words why two sides found no common TLS, where libraries say "io exception". Pure functions.
 *
 * <p>What it knows are the words of the JDK, BoringSSL and Netty; each is made to happen by a test.
 */
public final class TlsTrouble {
    private static final int CAUSES_MAX = 20;

    /** The first bytes of a TLS alert where HTTP/2 was expected: kind 21, version 3.x. */
    private static final Pattern ALERT_FOR_FRAME = Pattern.compile("Hex dump for first \\d+ bytes: 1503");

    private static final Pattern NOT_AFTER = Pattern.compile("NotAfter: (.*)");

    private TlsTrouble() {}

    /** What went wrong, when it was TLS; the failure may be a status of gRPC or anything that caused one. */
    public static Optional<String> explain(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            Optional<String> said = explainOne(cause.getClass().getSimpleName(), String.valueOf(cause.getMessage()));
            if (said.isPresent()) {
                return said;
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static Optional<String> explainOne(String type, String message) {
        Matcher notAfter = NOT_AFTER.matcher(message);
        if (type.equals("NotSslRecordException")) {
            return Optional.of("it speaks plain text, not TLS");
        }
        if (ALERT_FOR_FRAME.matcher(message).find()) {
            return Optional.of("it speaks TLS, and was called in plain text");
        }
        if (message.contains("Network closed for unknown reason") || message.contains("Connection reset")) {
            // What a server of gRPC says to plain text is nothing, and its last word to others may be lost.
            return Optional.of("it closed the connection without a word: it speaks TLS and was called in plain text, or"
                    + " refused the certificate shown or that there was none, or has just been stopped");
        }
        if (notAfter.find()) {
            return Optional.of("its certificate has expired (" + notAfter.group(1) + ")");
        }
        if (message.contains("unable to find valid certification path") || message.contains("Path does not chain")) {
            return Optional.of("its certificate is not signed by an authority that is trusted here (tls-ca)");
        }
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return Optional.of("its certificate is for another host: " + message);
        }
        return alert(message.toUpperCase(Locale.ROOT).replace(' ', '_'));
    }

    /** What the other side said of our certificate, in the words of BoringSSL or the JDK. */
    private static Optional<String> alert(String message) {
        if (message.contains("CERTIFICATE_REQUIRED")) {
            return Optional.of("it asks for a certificate, and none was shown (tls-cert, tls-key)");
        }
        if (message.contains("ALERT_UNKNOWN_CA") || message.contains("ALERT:_UNKNOWN_CA")) {
            return Optional.of("it does not trust the authority that signed the certificate shown (tls-cert)");
        }
        if (message.contains("ALERT_CERTIFICATE_EXPIRED") || message.contains("ALERT:_CERTIFICATE_EXPIRED")) {
            return Optional.of("the certificate shown has expired (tls-cert)");
        }
        if (message.contains("ALERT_BAD_CERTIFICATE")
                || message.contains("ALERT_CERTIFICATE_UNKNOWN")
                || message.contains("ALERT:_BAD_CERTIFICATE")
                || message.contains("ALERT:_CERTIFICATE_UNKNOWN")) {
            return Optional.of("it refuses the certificate shown (tls-cert)");
        }
        if (message.contains("ALERT_INTERNAL_ERROR")) {
            // What BoringSSL says when the check of a certificate fails for a reason that it has no word for.
            return Optional.of("it refuses the certificate shown (tls-cert); its log says why");
        }
        return Optional.empty();
    }
}
