package io.titankv.cli.admin;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** An SVG picture of rings around one centre, element by element. Turns are 0 to 1, clockwise from the top. Confined to one thread. */
final class SvgShapes {
    /** Of the rings, from the left and from the top. */
    static final double CENTRE = 320;

    private final StringBuilder svg = new StringBuilder();

    static double x(double turn, double radius) {
        return CENTRE + radius * Math.sin(turn * 2 * Math.PI);
    }

    static double y(double turn, double radius) {
        return CENTRE - radius * Math.cos(turn * 2 * Math.PI);
    }

    /** A line of the document. */
    @FormatMethod
    SvgShapes add(String pattern, Object... arguments) {
        svg.append(String.format(Locale.ROOT, pattern, arguments)).append('\n');
        return this;
    }

    /** Around a point. */
    void text(double x, double y, int size, String text) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" dominant-baseline=\"central\""
                        + " font-size=\"%d\">%s</text>",
                x, y, size, escape(text));
    }

    /** A piece of a ring, which tells its title to a pointer. */
    void sector(double start, double end, double inner, double outer, String fill, double opacity, String title) {
        double drawnEnd = drawnEnd(start, end);
        int isLarge = drawnEnd - start > 0.5 ? 1 : 0;
        add(
                "<path d=\"M %.2f %.2f A %.1f %.1f 0 %d 1 %.2f %.2f L %.2f %.2f A %.1f %.1f 0 %d 0 %.2f %.2f Z\""
                        + " fill=\"%s\" fill-opacity=\"%.2f\" stroke=\"#ffffff\" stroke-width=\"0.3\"><title>%s</title>"
                        + "</path>",
                x(start, outer),
                y(start, outer),
                outer,
                outer,
                isLarge,
                x(drawnEnd, outer),
                y(drawnEnd, outer),
                x(drawnEnd, inner),
                y(drawnEnd, inner),
                inner,
                inner,
                isLarge,
                x(start, inner),
                y(start, inner),
                fill,
                opacity,
                escape(title));
    }

    /** A piece of a circle. */
    void line(double start, double end, double radius) {
        double drawnEnd = drawnEnd(start, end);
        add(
                "<path d=\"M %.2f %.2f A %.1f %.1f 0 %d 1 %.2f %.2f\" fill=\"none\" stroke=\"#222222\""
                        + " stroke-width=\"2.5\"/>",
                x(start, radius),
                y(start, radius),
                radius,
                radius,
                drawnEnd - start > 0.5 ? 1 : 0,
                x(drawnEnd, radius),
                y(drawnEnd, radius));
    }

    /** An arc that ends where it begins would be drawn as nothing. */
    private static double drawnEnd(double start, double end) {
        return end - start > 0.9999 ? start + 0.9999 : end;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return svg.toString();
    }
}
