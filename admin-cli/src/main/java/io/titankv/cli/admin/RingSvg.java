package io.titankv.cli.admin;

import io.titankv.cli.common.Quantity;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardShare;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ring as an SVG picture: outside every arc where it lies on the ring, those that move hatched in the colours of both shards;
 * inside each shard's share, filled as high as its bytes, with a line as high as its operations. The colour is the leader's, its
 * shade the shard's. Pure function.
 */
final class RingSvg {
    private static final double ARCS_OUTER = 270;
    private static final double ARCS_INNER = 205;
    private static final double SHARES_OUTER = 195;
    private static final double SHARES_INNER = 120;
    /** Around the arcs: where those that move go. */
    private static final double MOVING_INNER = 273;

    private static final double MOVING_OUTER = 281;
    private static final double MOVING_LABEL = 294;
    /** An arc that is narrower has its label in the legend alone. */
    private static final double LABELLED_TURN_MIN = 0.02;

    /** A narrower arc could not be seen; its mark outside is as wide as this. */
    private static final double MARK_TURN_MIN = 0.003;

    private static final int WIDTH = 1220;
    private static final int HEIGHT_MIN = 700;

    private final GetRingResponse ring;
    private final RingColours colours;
    /** The hatching of each pair of shards, by its name in the picture. */
    private final Map<String, String> hatchings = new LinkedHashMap<>();

    private final SvgShapes svg = new SvgShapes();

    private RingSvg(GetRingResponse ring) {
        this.ring = ring;
        this.colours = new RingColours(ring);
    }

    static String draw(GetRingResponse ring) {
        return new RingSvg(ring).document();
    }

    private String document() {
        int height = Math.max(HEIGHT_MIN, RingLegend.height(ring, colours));
        svg.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"14\">",
                WIDTH, height, WIDTH, height);
        svg.add("<title>Titan-KV ring, epoch %d</title>", ring.getEpoch());
        svg.add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
        hatchings();
        for (RingArc arc : ring.getArcsList()) {
            svg.sector(
                    turn(arc.getStart()),
                    endTurn(arc.getEnd()),
                    ARCS_INNER,
                    ARCS_OUTER,
                    colours.shard(arc.getShardId()),
                    1,
                    arc.getShardId());
        }
        ring.getMovingList().forEach(this::moving);
        shares();
        centre();
        new RingLegend(svg, ring, colours, hatchings).draw();
        return svg.add("</svg>").toString();
    }

    /** Stripes of the shard that gives and of the one that gets, for each pair of them. */
    private void hatchings() {
        for (MovingArc arc : ring.getMovingList()) {
            String pair = pair(arc);
            if (!hatchings.containsKey(pair)) {
                String name = "moving-" + hatchings.size();
                hatchings.put(pair, name);
                svg.add(
                        "<defs><pattern id=\"%s\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\""
                                + " patternTransform=\"rotate(45)\"><rect width=\"9\" height=\"9\" fill=\"%s\"/>"
                                + "<rect width=\"4\" height=\"9\" fill=\"%s\"/><rect width=\"1\" height=\"9\""
                                + " fill=\"#222222\"/></pattern></defs>",
                        name, colours.shard(arc.getFromShardId()), colours.shard(arc.getToShardId()));
            }
        }
    }

    static String pair(MovingArc arc) {
        return arc.getFromShardId() + " → " + arc.getToShardId();
    }

    private void moving(MovingArc arc) {
        double start = turn(arc.getStart());
        double end = endTurn(arc.getEnd());
        String label = pair(arc) + ", " + TransferReport.progress(arc);
        svg.sector(start, end, ARCS_INNER, ARCS_OUTER, "url(#" + hatchings.get(pair(arc)) + ")", 1, label);
        double middle = (start + end) / 2;
        double half = Math.max(end - start, MARK_TURN_MIN) / 2;
        svg.sector(
                middle - half, middle + half, MOVING_INNER, MOVING_OUTER, colours.shard(arc.getToShardId()), 1, label);
        if (end - start >= LABELLED_TURN_MIN) {
            svg.text(SvgShapes.x(middle, MOVING_LABEL), SvgShapes.y(middle, MOVING_LABEL), 11, pair(arc));
        }
    }

    private void shares() {
        double bytesMost = ring.getShardsList().stream()
                .mapToDouble(ShardShare::getLiveBytes)
                .max()
                .orElse(0);
        double operationsMost = ring.getShardsList().stream()
                .mapToDouble(ShardShare::getOperationsPerSecond)
                .max()
                .orElse(0);
        double start = 0;
        for (ShardShare shard : ring.getShardsList()) {
            double end = Math.min(1, start + shard.getShare());
            if (end > start) {
                share(shard, start, end, bytesMost, operationsMost);
            }
            start = end;
        }
    }

    private void share(ShardShare shard, double start, double end, double bytesMost, double operationsMost) {
        String colour = colours.shard(shard.getShardId());
        String label = RingLegend.text(shard);
        svg.sector(start, end, SHARES_INNER, SHARES_OUTER, colour, 0.25, label);
        if (shard.getLiveBytes() > 0) {
            svg.sector(start, end, SHARES_INNER, height(shard.getLiveBytes() / bytesMost), colour, 1, label);
        }
        if (shard.hasOperationsPerSecond() && operationsMost > 0) {
            svg.line(start, end, height(shard.getOperationsPerSecond() / operationsMost));
        }
        double middle = (start + end) / 2;
        double radius = (SHARES_INNER + SHARES_OUTER) / 2;
        svg.text(SvgShapes.x(middle, radius), SvgShapes.y(middle, radius), 14, shard.getShardId());
    }

    private static double height(double part) {
        return SHARES_INNER + part * (SHARES_OUTER - SHARES_INNER);
    }

    private void centre() {
        svg.add(
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" font-size=\"20\" font-weight=\"bold\">epoch"
                        + " %d</text>",
                SvgShapes.CENTRE, SvgShapes.CENTRE - 10, ring.getEpoch());
        svg.text(
                SvgShapes.CENTRE,
                SvgShapes.CENTRE + 10,
                14,
                Quantity.of(ring.getShardsCount(), "shard") + ", " + Quantity.of(ring.getArcsCount(), "arc"));
        if (ring.getMovingCount() > 0) {
            svg.text(
                    SvgShapes.CENTRE,
                    SvgShapes.CENTRE + 30,
                    14,
                    Quantity.of(ring.getMovingCount(), "arc") + " on the way");
        }
        svg.add(
                "<path d=\"M %.0f %.0f l -5 -9 l 10 0 z\" fill=\"#333333\"/>",
                SvgShapes.CENTRE, SvgShapes.CENTRE - MOVING_OUTER - 1);
        svg.text(SvgShapes.CENTRE, SvgShapes.CENTRE - MOVING_LABEL - 6, 11, "token 0");
    }

    private static double turn(long token) {
        return RingPicture.turn(token);
    }

    private static double endTurn(long endExclusive) {
        return endExclusive == 0 ? 1 : RingPicture.turn(endExclusive);
    }
}
