package io.titankv.cli.common;

/**
 * HOST:PORT. Immutable.
 *
 * @param host a name or an address; an IPv6 address without its brackets
 * @param port 0 to 65535
 */
public record Endpoint(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /**
     * Reads HOST:PORT, or [ADDRESS]:PORT for IPv6.
     *
     * @throws IllegalArgumentException with a line for people
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        String port = text.substring(colon + 1);
        if (host.isEmpty() || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > PORT_MAX) {
            throw new IllegalArgumentException("write HOST:PORT, e.g. 127.0.0.1:7400, not '" + text + "'");
        }
        return new Endpoint(host, Integer.parseInt(port));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
