package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.CliException;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Failures;
import io.titankv.cli.common.Json;
import io.titankv.cli.common.OutputFormat;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Sheet;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.model.TokenRange;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.GetRingRequest;
import io.titankv.proto.admin.v1.GetRingResponse;
import io.titankv.proto.admin.v1.MovingArc;
import io.titankv.proto.admin.v1.RingArc;
import io.titankv.proto.admin.v1.ShardShare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ring", description = "Which shard owns which part of the ring: a picture on a terminal, or as SVG")
final class ClusterRingCommand extends TitanCommand {
    private static final int BAR_CELLS = 30;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw it into this file instead")
    private @Nullable Path svg;

    @Option(names = "--arcs", description = "List every arc instead of the shards")
    private boolean areArcsAsked;

    @Option(names = "--moving", description = "List what is on its way from shard to shard instead")
    private boolean isMovingAsked;

    ClusterRingCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        GetRingResponse ring = context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> stub.getRing(GetRingRequest.getDefaultInstance()));
        if (svg != null) {
            write(svg, RingSvg.draw(ring));
            console()
                    .errorLine("drew " + Quantity.of(ring.getArcsCount(), "arc") + " of "
                            + Quantity.of(ring.getShardsCount(), "shard") + " into " + svg);
            return ExitCode.OK;
        }
        if (areArcsAsked) {
            arcs(ring).print(console(), context.format());
            return ExitCode.OK;
        }
        if (isMovingAsked) {
            TransferReport.of(ring.getMovingList()).print(console(), context.format());
            return ExitCode.OK;
        }
        switch (context.format()) {
            case TABLE -> picture(ring);
            case PLAIN, RAW, JSONL -> shards(ring, false).print(console(), context.format());
            case JSON -> {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("epoch", ring.getEpoch());
                all.put("shards", shards(ring, false).json());
                all.put("arcs", arcs(ring).json());
                all.put("moving", TransferReport.of(ring.getMovingList()).json());
                console().println(Json.indented(all));
            }
        }
        return ExitCode.OK;
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED, "cannot write " + file + ": " + Failures.explainFile(e), e);
        }
    }

    private void picture(GetRingResponse ring) {
        new RingPicture(ring).lines(console().style()).forEach(line -> console().println("  " + line));
        console().println("");
        console()
                .println("  epoch " + ring.getEpoch() + ", " + Quantity.of(ring.getShardsCount(), "shard") + ", "
                        + Quantity.of(ring.getArcsCount(), "arc") + "; token 0 at the top, rising clockwise");
        console().println("");
        shards(ring, true).print(console(), OutputFormat.TABLE);
        if (ring.getMovingCount() > 0) {
            console().println("");
            console().println("  on the way");
            TransferReport.of(ring.getMovingList()).print(console(), OutputFormat.TABLE);
        }
    }

    private Sheet shards(GetRingResponse ring, boolean isDrawn) {
        RingPicture picture = new RingPicture(ring);
        double most = ring.getShardsList().stream()
                .mapToDouble(ShardShare::getShare)
                .max()
                .orElse(1);
        Sheet sheet = isDrawn
                ? Sheet.of(
                        "mark",
                        "shard",
                        "leader",
                        "share>",
                        "arcs>",
                        "keys>",
                        "live>",
                        "operations_per_second>",
                        "of_the_ring")
                : Sheet.of("shard", "leader", "share>", "arcs>", "keys>", "live>", "operations_per_second>");
        for (ShardShare shard : ring.getShardsList()) {
            Cell id = Cell.of(shard.getShardId());
            Cell leader = Protos.leader(shard.getLeaderNodeId());
            Cell share = Cell.share(shard.getShare());
            Cell arcs = Cell.of(shard.getArcs());
            Cell keys = Cell.of(shard.getKeys());
            Cell live = Cell.bytes(shard.getLiveBytes());
            Cell load = shard.hasOperationsPerSecond()
                    ? Cell.of(Math.round(shard.getOperationsPerSecond()))
                    : Cell.orDash("");
            if (isDrawn) {
                // The longest bar is the largest share, so that small differences show.
                int cells = (int) Math.round(BAR_CELLS * shard.getShare() / Math.max(most, 1e-9));
                sheet.row(
                        Cell.of(String.valueOf(picture.symbol(shard.getShardId()))),
                        id,
                        leader,
                        share,
                        arcs,
                        keys,
                        live,
                        load,
                        Cell.of(Progress.bar(1, cells)));
            } else {
                sheet.row(id, leader, share, arcs, keys, live, load);
            }
        }
        return sheet;
    }

    private static Sheet arcs(GetRingResponse ring) {
        Sheet sheet = Sheet.of("start", "end", "shard", "moving_to");
        for (RingArc arc : ring.getArcsList()) {
            sheet.row(
                    Protos.token(arc.getStart()),
                    arc.getEnd() == 0 ? new Cell("end", null, Tone.PLAIN) : Protos.token(arc.getEnd()),
                    Cell.of(arc.getShardId()),
                    movingTo(arc, ring));
        }
        return sheet;
    }

    /** The shards that an arc, or parts of it, are on their way to. */
    private static Cell movingTo(RingArc arc, GetRingResponse ring) {
        TokenRange range = new TokenRange(arc.getStart(), arc.getEnd());
        return Cell.orDash(ring.getMovingList().stream()
                .filter(moving -> range.overlaps(new TokenRange(moving.getStart(), moving.getEnd())))
                .map(MovingArc::getToShardId)
                .distinct()
                .collect(Collectors.joining(",")));
    }
}
