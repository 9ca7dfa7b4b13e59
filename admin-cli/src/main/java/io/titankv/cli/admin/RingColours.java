package io.titankv.cli.admin;

import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.ShardShare;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The colours of a ring's picture: the hue is the leader's, the shade the shard's. Immutable. */
final class RingColours {
    /** Of what nobody leads. */
    private static final String NONE = "#999999";
    /** Hues of leaders, degrees, told apart also with the common colour blindnesses by their lightness. */
    private static final int[] HUES = {210, 28, 140, 320, 55, 180, 0, 265, 95, 240};

    private static final int LEADER_LIGHTNESS = 60;
    private static final int SHARD_LIGHTNESS_MIN = 50;
    private static final int SHARD_LIGHTNESS_STEP = 8;
    private static final int SHADES = 5;

    private final List<String> leaders;
    private final Map<String, String> shards = new HashMap<>();

    RingColours(GetRingResponse ring) {
        leaders = ring.getShardsList().stream()
                .map(ShardShare::getLeaderNodeId)
                .distinct()
                .sorted()
                .toList();
        Map<String, Integer> led = new HashMap<>();
        for (ShardShare shard : ring.getShardsList()) {
            int among = led.merge(shard.getLeaderNodeId(), 1, Integer::sum) - 1;
            int lightness = SHARD_LIGHTNESS_MIN + among % SHADES * SHARD_LIGHTNESS_STEP;
            shards.put(shard.getShardId(), colour(shard.getLeaderNodeId(), lightness));
        }
    }

    /** In order of their names; the empty one stands for no leader. */
    List<String> leaders() {
        return leaders;
    }

    String leader(String nodeId) {
        return colour(nodeId, LEADER_LIGHTNESS);
    }

    String shard(String shardId) {
        return shards.getOrDefault(shardId, NONE);
    }

    /** Hexadecimal: not every viewer of SVG knows hsl(). */
    private String colour(String leader, int lightness) {
        if (leader.isEmpty()) {
            return NONE;
        }
        double hue = HUES[Math.max(0, leaders.indexOf(leader)) % HUES.length];
        double saturation = 0.65;
        double light = lightness / 100.0;
        return String.format(
                Locale.ROOT,
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
}
