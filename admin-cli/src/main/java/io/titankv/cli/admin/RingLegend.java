package io.titankv.cli.admin;

import io.titankv.cli.common.Quantity;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.ShardShare;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands beside the ring's picture: who leads, what each shard has, and what is on its way. Confined to one thread. */
final class RingLegend {
    private static final int LEFT = 660;
    private static final int TOP = 50;
    private static final int LINE = 22;
    private static final int READING_TOP = 645;
    private static final int READING_LINE = 18;

    private final SvgShapes svg;
    private final GetRingResponse ring;
    private final RingColours colours;
    private final Map<String, String> hatchings;
    private int y = TOP;

    /** @param hatchings the pattern of each pair of shards, by {@link RingSvg#pair} */
    RingLegend(SvgShapes svg, GetRingResponse ring, RingColours colours, Map<String, String> hatchings) {
        this.svg = svg;
        this.ring = ring;
        this.colours = colours;
        this.hatchings = hatchings;
    }

    /** How high a picture it needs. */
    static int height(GetRingResponse ring, RingColours colours) {
        int transfers = TransferReport.byTransfer(ring.getMovingList()).size();
        int lines = colours.leaders().size() + ring.getShardsCount() + (transfers == 0 ? 0 : transfers + 2) + 4;
        return TOP + lines * LINE;
    }

    void draw() {
        moving();
        heading("leaders");
        for (String leader : colours.leaders()) {
            long led = ring.getShardsList().stream()
                    .filter(shard -> shard.getLeaderNodeId().equals(leader))
                    .count();
            entry(colours.leader(leader), (leader.isEmpty() ? "none" : leader) + ": " + Quantity.of(led, "shard"));
        }
        y += LINE;
        heading("shards");
        ring.getShardsList().forEach(shard -> entry(colours.shard(shard.getShardId()), text(shard)));
        reading();
    }

    private void moving() {
        List<List<MovingArc>> transfers = TransferReport.byTransfer(ring.getMovingList());
        if (transfers.isEmpty()) {
            return;
        }
        heading("on the way");
        for (List<MovingArc> arcs : transfers) {
            MovingArc first = arcs.getFirst();
            String pair = RingSvg.pair(first);
            String operation = first.getOperationId().isEmpty() ? "" : " (" + first.getOperationId() + ")";
            entry(
                    "url(#" + hatchings.get(pair) + ")",
                    pair + ", " + Quantity.of(arcs.size(), "arc") + ": " + TransferReport.progress(first) + operation);
        }
        y += LINE;
    }

    /** A shard in one line. */
    static String text(ShardShare shard) {
        String operations = shard.hasOperationsPerSecond()
                ? String.format(Locale.ROOT, ", %,.0f operations/s", shard.getOperationsPerSecond())
                : "";
        return shard.getShardId() + ": " + Quantity.percent(shard.getShare()) + ", "
                + Quantity.of(shard.getArcs(), "arc") + ", " + Quantity.of(shard.getKeys(), "key") + ", "
                + Quantity.bytes(shard.getLiveBytes()) + operations;
    }

    private void heading(String text) {
        svg.add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>", LEFT, y, SvgShapes.escape(text));
        y += LINE;
    }

    private void entry(String fill, String text) {
        svg.add(
                "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>",
                LEFT, y - 12, fill, LEFT + 22, y, SvgShapes.escape(text));
        y += LINE;
    }

    /** How to read the rings. */
    private void reading() {
        boolean isLoadKnown = ring.getShardsList().stream().anyMatch(ShardShare::hasOperationsPerSecond);
        svg.text(SvgShapes.CENTRE, READING_TOP, 12, "outside: who owns which arc; what is on the way is hatched");
        svg.text(
                SvgShapes.CENTRE,
                READING_TOP + READING_LINE,
                12,
                "inside: as wide as a shard's part of the ring, filled as high as its bytes"
                        + (isLoadKnown ? "," : ""));
        if (isLoadKnown) {
            svg.text(
                    SvgShapes.CENTRE,
                    READING_TOP + 2 * READING_LINE,
                    12,
                    "the line as high as its operations a second");
        }
    }
}
