package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.proto.admin.v1.MovingArc;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Range transfers that are under way. What is copied and left is that of the whole transfer, so its arcs are one row. Pure functions. */
final class TransferReport {
    private static final int RANGES_SHOWN = 2;
    /** Times beyond it say no more than that it takes for ever. */
    private static final double ETA_SECONDS_MAX = Duration.ofDays(365).toSeconds();

    private TransferReport() {}

    static Sheet of(List<MovingArc> moving) {
        Sheet sheet = Sheet.of(
                "operation",
                "from",
                "to",
                "phase",
                "done>",
                "keys_copied>",
                "keys_left>",
                "copied>",
                "rate>",
                "eta>",
                "ranges");
        for (List<MovingArc> arcs : byTransfer(moving)) {
            MovingArc first = arcs.getFirst();
            sheet.row(
                    Cell.orDash(first.getOperationId()),
                    Cell.of(first.getFromShardId()),
                    Cell.of(first.getToShardId()),
                    phase(first),
                    done(first).map(Cell::share).orElseGet(() -> Cell.orDash("")),
                    Cell.of(first.getKeysCopied()),
                    Cell.of(first.getKeysLeft()),
                    Cell.bytes(first.getBytesCopied()),
                    Protos.rate(first.getBytesPerSecond()),
                    eta(first).map(Cell::duration).orElseGet(() -> Cell.orDash("")),
                    ranges(arcs));
        }
        return sheet;
    }

    /** The arcs of each transfer, in the order in which the ring has the first of each. */
    static List<List<MovingArc>> byTransfer(List<MovingArc> moving) {
        Map<Long, List<MovingArc>> transfers = moving.stream()
                .collect(Collectors.groupingBy(MovingArc::getTransfer, LinkedHashMap::new, Collectors.toList()));
        return List.copyOf(transfers.values());
    }

    /** How far the transfer of an arc is in one line, for a legend. */
    static String progress(MovingArc arc) {
        StringBuilder line = new StringBuilder(arc.getPhase());
        done(arc).ifPresent(part -> line.append(", ").append(Quantity.percent(part)));
        if (arc.getBytesPerSecond() > 0) {
            line.append(", ").append(Protos.rate(arc.getBytesPerSecond()).text());
        }
        eta(arc).ifPresent(
                        eta -> line.append(", ").append(Quantity.duration(eta)).append(" left"));
        return line.toString();
    }

    /** The part of the keys that is copied; empty when there were none to copy. */
    private static Optional<Double> done(MovingArc arc) {
        double all = (double) arc.getKeysCopied() + arc.getKeysLeft();
        return all > 0 ? Optional.of(arc.getKeysCopied() / all) : Optional.empty();
    }

    /** What is left at the rate so far, if its keys are as large as those that are copied. */
    private static Optional<Duration> eta(MovingArc arc) {
        if (arc.getKeysCopied() == 0 || arc.getBytesPerSecond() <= 0) {
            return Optional.empty();
        }
        double bytesLeft = (double) arc.getBytesCopied() / arc.getKeysCopied() * arc.getKeysLeft();
        double seconds = bytesLeft / arc.getBytesPerSecond();
        return seconds <= ETA_SECONDS_MAX
                ? Optional.of(Duration.ofSeconds((long) Math.ceil(seconds)))
                : Optional.empty();
    }

    private static Cell phase(MovingArc arc) {
        Tone tone = switch (arc.getPhase()) {
            case "copying" -> Tone.GOOD;
            case "freezing" -> Tone.WARNING;
            case "given up" -> Tone.BAD;
            default -> Tone.PLAIN;
        };
        return Cell.orDash(arc.getPhase()).tone(tone);
    }

    private static Cell ranges(List<MovingArc> arcs) {
        List<String> all = arcs.stream()
                .map(arc -> Protos.range(arc.getStart(), arc.getEnd()).text())
                .toList();
        String shown = String.join(", ", all.subList(0, Math.min(RANGES_SHOWN, all.size())));
        int more = all.size() - RANGES_SHOWN;
        return new Cell(more > 0 ? shown + " and " + more + " more" : shown, all, Tone.PLAIN);
    }
}
