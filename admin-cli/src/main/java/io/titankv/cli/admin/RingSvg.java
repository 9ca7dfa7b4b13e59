package io.titankv.cli.admin;

import io.titankv.cli.common.Quantity;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardShare;
import java.util.List;
import java.util.Locale;

/**
 * The ring as an SVG picture: outside every arc where it lies on the ring, inside each shard's share; the colour is the leader's,
 * its shade the shard's. Pure function.
 */
final class RingSvg {
    private static final double CENTRE = 300;
    private static final double ARCS_OUTER = 270;
    private static final double ARCS_INNER = 205;
    private static final double SHARES_OUTER = 195;
    private static final double SHARES_INNER = 120;
    private static final int LEGEND_X = 620;
    private static final int LEGEND_LINE = 22;
    private static final int WIDTH = 960;
    private static final int HEIGHT_MIN = 600;
    /** Hues of leaders, degrees, told apart also with the common colour blindnesses by their lightness. */
    private static final int[] HUES = {210, 28, 140, 320, 55, 180, 0, 265, 95, 240};

    private final GetRingResponse ring;
    private final List<String> leaders;

    private RingSvg(GetRingResponse ring) {
        this.ring = ring;
        this.leaders = ring.getShardsList().stream()
                .map(ShardShare::getLeaderNodeId)
                .distinct()
                .sorted()
                .toList();
    }

    static String draw(GetRingResponse ring) {
        return new RingSvg(ring).document();
    }

    private String document() {
        int height = Math.max(HEIGHT_MIN, 120 + (ring.getShardsCount() + leaders.size()) * LEGEND_LINE);
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"14\">%n",
                WIDTH, height, WIDTH, height));
        svg.append(format("<title>Titan-KV ring, epoch %d</title>%n", ring.getEpoch()));
        svg.append(format("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, height));
        for (RingArc arc : ring.getArcsList()) {
            double end = arc.getEnd() == 0 ? 1 : RingPicture.turn(arc.getEnd());
            sector(
                    svg,
                    RingPicture.turn(arc.getStart()),
                    end,
                    ARCS_INNER,
                    ARCS_OUTER,
                    colour(arc.getShardId()),
                    arc.getShardId());
        }
        shares(svg);
        centre(svg);
        legend(svg);
        return svg.append("</svg>\n").toString();
    }

    private void shares(StringBuilder svg) {
        double start = 0;
        for (ShardShare shard : ring.getShardsList()) {
            double end = Math.min(1, start + shard.getShare());
            if (end > start) {
                String label = shard.getShardId() + ", " + Quantity.percent(shard.getShare());
                sector(svg, start, end, SHARES_INNER, SHARES_OUTER, colour(shard.getShardId()), label);
                double middle = (start + end) / 2;
                double radius = (SHARES_INNER + SHARES_OUTER) / 2;
                svg.append(format(
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" dominant-baseline=\"central\">%s</text>%n",
                        x(middle, radius), y(middle, radius), escape(shard.getShardId())));
            }
            start = end;
        }
    }

    private void centre(StringBuilder svg) {
        svg.append(format(
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" font-size=\"20\" font-weight=\"bold\">epoch"
                        + " %d</text>%n",
                CENTRE, CENTRE - 10, ring.getEpoch()));
        svg.append(format(
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%s, %s</text>%n",
                CENTRE,
                CENTRE + 14,
                Quantity.of(ring.getShardsCount(), "shard"),
                Quantity.of(ring.getArcsCount(), "arc")));
        svg.append(format(
                "<path d=\"M %.0f %.0f l -5 -9 l 10 0 z\" fill=\"#333333\"/>%n", CENTRE, CENTRE - ARCS_OUTER - 2));
        svg.append(format(
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" font-size=\"11\">token 0</text>%n",
                CENTRE, CENTRE - ARCS_OUTER - 15));
    }

    private void legend(StringBuilder svg) {
        int y = 50;
        svg.append(format("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">leaders</text>%n", LEGEND_X, y));
        for (String leader : leaders) {
            y += LEGEND_LINE;
            long led = ring.getShardsList().stream()
                    .filter(shard -> shard.getLeaderNodeId().equals(leader))
                    .count();
            swatch(
                    svg,
                    y,
                    leaderColour(leader, 60),
                    (leader.isEmpty() ? "none" : leader) + ": " + Quantity.of(led, "shard"));
        }
        y += 2 * LEGEND_LINE;
        svg.append(format("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">shards</text>%n", LEGEND_X, y));
        for (ShardShare shard : ring.getShardsList()) {
            y += LEGEND_LINE;
            swatch(
                    svg,
                    y,
                    colour(shard.getShardId()),
                    shard.getShardId() + ": " + Quantity.percent(shard.getShare()) + ", "
                            + Quantity.of(shard.getArcs(), "arc") + ", " + Quantity.of(shard.getKeys(), "key"));
        }
    }

    private static void swatch(StringBuilder svg, int y, String colour, String text) {
        svg.append(format(
                "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/>"
                        + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                LEGEND_X, y - 12, colour, LEGEND_X + 22, y, escape(text)));
    }

    /** A piece of a ring from one part of a turn to another, clockwise from the top. */
    private static void sector(
            StringBuilder svg, double start, double end, double inner, double outer, String colour, String title) {
        // An arc that ends where it begins would be drawn as nothing.
        double drawnEnd = end - start > 0.9999 ? start + 0.9999 : end;
        int isLarge = drawnEnd - start > 0.5 ? 1 : 0;
        svg.append(format(
                "<path d=\"M %.2f %.2f A %.0f %.0f 0 %d 1 %.2f %.2f L %.2f %.2f A %.0f %.0f 0 %d 0 %.2f %.2f Z\""
                        + " fill=\"%s\" stroke=\"#ffffff\" stroke-width=\"0.3\"><title>%s</title></path>%n",
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
                colour,
                escape(title)));
    }

    private static double x(double turn, double radius) {
        return CENTRE + radius * Math.sin(turn * 2 * Math.PI);
    }

    private static double y(double turn, double radius) {
        return CENTRE - radius * Math.cos(turn * 2 * Math.PI);
    }

    private String colour(String shardId) {
        String leader = "";
        int among = 0;
        for (ShardShare shard : ring.getShardsList()) {
            if (shard.getShardId().equals(shardId)) {
                leader = shard.getLeaderNodeId();
            }
        }
        for (ShardShare shard : ring.getShardsList()) {
            if (shard.getShardId().equals(shardId)) {
                break;
            }
            among += shard.getLeaderNodeId().equals(leader) ? 1 : 0;
        }
        return leaderColour(leader, 50 + (among % 5) * 8);
    }

    /** Hexadecimal: not every viewer of SVG knows hsl(). */
    private String leaderColour(String leader, int lightness) {
        if (leader.isEmpty()) {
            return "#999999";
        }
        double hue = HUES[Math.max(0, leaders.indexOf(leader)) % HUES.length];
        double saturation = 0.65;
        double light = lightness / 100.0;
        return format(
                "#%02x%02x%02x",
                channel(0, hue, saturation, light),
                channel(8, hue, saturation, light),
                channel(4, hue, saturation, light));
    }

    /** HSL to RGB: CSS Color Module Level 4, section 7.1. */
    private static int channel(int n, double hue, double saturation, double light) {
        double k = (n + hue / 30) % 12;
        double a = saturation * Math.min(light, 1 - light);
        return (int) Math.round(255 * (light - a * Math.max(-1, Math.min(Math.min(k - 3, 9 - k), 1))));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @com.google.errorprone.annotations.FormatMethod
    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
