package io.titankv.client.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What makes a certificate one of a node: besides that it is signed by an authority of the cluster, it says that it is for servers. A
 * client's certificate does not, and so may be signed by the same authority. Pure functions.
 */
final class NodeCertificate {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private NodeCertificate() {}

    /** @throws CertificateException when it is not one of a node */
    static void require(X509Certificate certificate) throws CertificateException {
        if (!usages(certificate).contains(SERVER_AUTH)) {
            throw new CertificateException("not a node's certificate: its extended key usage lacks serverAuth ("
                    + certificate.getSubjectX500Principal() + ")");
        }
    }

    /** Whether the certificate is for what a node does with it: to be called and to call. */
    static boolean isForBoth(X509Certificate certificate) throws CertificateParsingException {
        return usages(certificate).containsAll(List.of(SERVER_AUTH, CLIENT_AUTH));
    }

    private static List<String> usages(X509Certificate certificate) throws CertificateParsingException {
        List<String> usages = certificate.getExtendedKeyUsage();
        return usages == null ? List.of() : usages;
    }

    /**
     * Whether a caller of this host accepts the certificate. Only subject alternative names count.
     *
     * @param host a name, or an address without brackets
     */
    static boolean names(X509Certificate certificate, String host) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return false;
        }
        boolean isAddress = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
        for (List<?> name : names) {
            String value = String.valueOf(name.get(1));
            boolean fits = switch ((Integer) name.get(0)) {
                case DNS_NAME -> !isAddress && fits(value.toLowerCase(Locale.ROOT), host.toLowerCase(Locale.ROOT));
                case IP_ADDRESS -> isAddress && sameAddress(value, host);
                default -> false;
            };
            if (fits) {
                return true;
            }
        }
        return false;
    }

    private static boolean fits(String pattern, String host) {
        int dot = host.indexOf('.');
        return pattern.equals(host)
                || (pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(host.substring(dot)));
    }

    /** Both are literals: nothing is looked up. */
    private static boolean sameAddress(String one, String other) {
        try {
            return InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
