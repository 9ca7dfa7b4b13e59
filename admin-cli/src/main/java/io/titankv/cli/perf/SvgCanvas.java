package io.titankv.cli.perf;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** An SVG document with the colours of our pictures, for light and dark. Confined to one thread. */
final class SvgCanvas {
    /** Blue and orange are told apart also by those who do not see all colours: Okabe and Ito, 2008. */
    private static final String STYLE = """
        <style>
        .paper { fill: #ffffff }
        text { fill: #24292f; font-family: system-ui, sans-serif; font-size: 13px }
        .title { font-size: 17px; font-weight: 600 }
        .heading { font-weight: 600 }
        .tick { fill: #57606a; font-size: 11px }
        .grid { stroke: #d8dee4; stroke-width: 1 }
        .reads, .writes { fill: none; stroke-width: 2; stroke-linejoin: round }
        .reads { stroke: #0072b2 }
        .writes { stroke: #d55e00 }
        .second { stroke-dasharray: 7 4 }
        .errors { fill: #cf222e }
        @media (prefers-color-scheme: dark) {
          .paper { fill: #0d1117 }
          text { fill: #e6edf3 }
          .tick { fill: #9198a1 }
          .grid { stroke: #2a313c }
          .reads { stroke: #56b4e9 }
          .writes { stroke: #e69f00 }
          .errors { fill: #ff7b72 }
        }
        </style>
        """;

    private final int width;
    private final int height;
    private final StringBuilder body = new StringBuilder();

    SvgCanvas(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /** @param anchor start, middle or end */
    void text(double x, double y, String anchor, String styleClass, String text) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
                x, y, anchor, styleClass, escape(text));
    }

    void line(String styleClass, double fromX, double fromY, double toX, double toY) {
        add(
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                styleClass, fromX, fromY, toX, toY);
    }

    void dot(String styleClass, double x, double y) {
        add("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>%n", styleClass, x, y);
    }

    /** @param points each x and y */
    void path(String styleClass, List<double[]> points) {
        StringJoiner path = new StringJoiner(" ");
        for (double[] point : points) {
            path.add(String.format(Locale.ROOT, "%.1f,%.1f", point[0], point[1]));
        }
        if (points.size() > 1) {
            add("<polyline class=\"%s\" points=\"%s\"/>%n", styleClass, path);
        }
    }

    String document(String title) {
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">%n"
                        + "<title>%s</title>%n%s<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n%s</svg>%n",
                width,
                height,
                width,
                height,
                escape(title),
                STYLE,
                width,
                height,
                body);
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                // XML 1.0 has no form for control characters.
                default -> escaped.appendCodePoint(c < ' ' ? '\ufffd' : c);
            }
        });
        return escaped.toString();
    }

    @FormatMethod
    private void add(String pattern, Object... arguments) {
        body.append(String.format(Locale.ROOT, pattern, arguments));
    }
}
