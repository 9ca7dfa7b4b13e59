package io.titankv.cli.admin;

import io.titankv.cli.common.Style;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardShare;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ring drawn with characters: each place on the circle shows the shard that owns most of the tokens there, in the colour of its
 * leader. Token 0 is at the top, tokens rise clockwise. Pure function.
 */
final class RingPicture {
    private static final String SYMBOLS = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    /** Told apart on dark and light grounds. */
    private static final int[] COLOURS = {39, 208, 76, 170, 220, 44, 203, 141, 107, 180};

    private static final int RADIUS = 10;
    private static final int CELLS_THICK = 2;
    /** A character is about twice as high as it is wide. */
    private static final double ASPECT = 2.0;

    private final GetRingResponse ring;
    private final Map<String, Character> symbols = new HashMap<>();
    private final Map<String, String> leaders = new HashMap<>();
    private final List<String> leaderOrder;

    RingPicture(GetRingResponse ring) {
        this.ring = ring;
        for (ShardShare shard : ring.getShardsList()) {
            int index = symbols.size();
            symbols.put(shard.getShardId(), index < SYMBOLS.length() ? SYMBOLS.charAt(index) : '+');
            leaders.put(shard.getShardId(), shard.getLeaderNodeId());
        }
        leaderOrder = leaders.values().stream().distinct().sorted().toList();
    }

    /** What stands for a shard in the picture. */
    char symbol(String shardId) {
        return symbols.getOrDefault(shardId, '?');
    }

    /** The colour of a shard's leader. */
    int colour(String shardId) {
        int index = leaderOrder.indexOf(leaders.getOrDefault(shardId, ""));
        return COLOURS[Math.max(0, index) % COLOURS.length];
    }

    List<String> lines(Style style) {
        // As many slices as the outermost circle has cells, near enough.
        int slices = (int) (2 * Math.PI * RADIUS * ASPECT);
        String[] owners = owners(slices);
        List<String> lines = new ArrayList<>();
        for (int y = -RADIUS; y <= RADIUS; y++) {
            StringBuilder line = new StringBuilder();
            for (int x = (int) (-RADIUS * ASPECT); x <= RADIUS * ASPECT; x++) {
                double across = x / ASPECT;
                double distance = Math.hypot(across, y);
                if (distance > RADIUS + 0.4 || distance < RADIUS - CELLS_THICK + 0.4) {
                    line.append(' ');
                    continue;
                }
                double turn = Math.atan2(across, -y) / (2 * Math.PI);
                int slice = (int) Math.floor((turn < 0 ? turn + 1 : turn) * slices);
                String owner = owners[Math.min(slice, slices - 1)];
                line.append(style.paint(colour(owner), String.valueOf(symbol(owner))));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** For each of equal slices of the ring, the shard that owns most of it. */
    private String[] owners(int slices) {
        List<Map<String, Double>> tokens = new ArrayList<>();
        for (int i = 0; i < slices; i++) {
            tokens.add(new HashMap<>());
        }
        for (RingArc arc : ring.getArcsList()) {
            double start = turn(arc.getStart()) * slices;
            double end = (arc.getEnd() == 0 ? 1 : turn(arc.getEnd())) * slices;
            for (int slice = (int) start; slice < Math.min(end, slices); slice++) {
                double part = Math.min(end, slice + 1) - Math.max(start, slice);
                tokens.get(slice).merge(arc.getShardId(), part, Double::sum);
            }
        }
        String[] owners = new String[slices];
        for (int i = 0; i < slices; i++) {
            owners[i] = tokens.get(i).entrySet().stream()
                    .max(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .map(Map.Entry::getKey)
                    .orElse("");
        }
        return owners;
    }

    /** A token as a part of the ring, 0 to 1. */
    static double turn(long token) {
        return ((token >>> 1) * 2.0 + (token & 1)) / 0x1p64;
    }
}
