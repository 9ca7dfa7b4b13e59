package io.titankv.server;

import java.nio.charset.StandardCharsets;

/** An answer of the {@link MetricsEndpoint}, after which the connection ends. Immutable. */
record HttpAnswer(String status, String headers, String contentType, String body) {
    /** Format 0.0.4, which every Prometheus reads. */
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private static final String TEXT = "text/plain; charset=utf-8";

    static HttpAnswer metrics(String text) {
        return new HttpAnswer("200 OK", "", METRICS, text);
    }

    static HttpAnswer text(String text) {
        return new HttpAnswer("200 OK", "", TEXT, text);
    }

    static HttpAnswer methodNotAllowed() {
        return new HttpAnswer("405 Method Not Allowed", "Allow: GET\r\n", TEXT, "only GET\n");
    }

    static HttpAnswer refusal(int code, String reason, String why) {
        return new HttpAnswer(code + " " + reason, "", TEXT, why + "\n");
    }

    byte[] bytes() {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\nContent-Length: "
                        + content.length + "\r\nCache-Control: no-store\r\nConnection: close\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + content.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return all;
    }
}
