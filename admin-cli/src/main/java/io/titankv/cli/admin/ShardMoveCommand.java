package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.Quantity;
import io.titankv.model.TokenRange;
import io.titankv.proto.admin.v1.ChangeOptions;
import io.titankv.proto.admin.v1.ChangeResponse;
import io.titankv.proto.admin.v1.MoveRangeRequest;
import io.titankv.proto.admin.v1.ShardGrpc.ShardBlockingStub;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "move",
        description = "Give an arc of the ring to a shard",
        customSynopsis = {
            "titan shard move [OPTIONS] ARC SHARD",
            "       titan shard move [OPTIONS] --start=TOKEN --end=TOKEN SHARD",
        })
final class ShardMoveCommand extends ShardChangeCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "[ARC] SHARD",
            hideParamSyntax = true,
            description = {
                "The arc as 'titan shard locate' prints it, '[TOKEN, TOKEN)' in quotes, or TOKEN,TOKEN;",
                "and the shard that gets it, as 'titan shard ls' names it"
            })
    private List<String> words = new ArrayList<>();

    @Option(names = "--start", paramLabel = "TOKEN", description = "The arc's first token: " + ArcText.TOKEN_FORMS)
    private @Nullable String start;

    @Option(
            names = "--end",
            paramLabel = "TOKEN",
            description = "The token to stop before, written likewise; 'end' is the ring's")
    private @Nullable String end;

    ShardMoveCommand(Context context) {
        super(context);
    }

    @Override
    ChangeResponse change(ShardBlockingStub stub, ChangeOptions options) {
        TokenRange arc = arc();
        return stub.moveRange(MoveRangeRequest.newBuilder()
                .setStart(arc.startInclusive())
                .setEnd(arc.endExclusive())
                .setToShardId(words.getLast())
                .setOptions(options)
                .build());
    }

    private TokenRange arc() {
        try {
            if (start == null && end == null) {
                requireWords(2, "write the arc and the shard: ARC SHARD, or --start TOKEN --end TOKEN SHARD");
                return ArcText.parse(words.getFirst());
            }
            requireWords(1, "with --start and --end only the shard stands alone");
            if (start == null || end == null) {
                throw usageError(
                        "--start and --end go together: " + (start == null ? "--start" : "--end") + " is missing");
            }
            return ArcText.parse(start, end);
        } catch (IllegalArgumentException e) {
            throw usageError(String.valueOf(e.getMessage()));
        }
    }

    private void requireWords(int count, String otherwise) {
        if (words.size() != count) {
            throw usageError(otherwise + "; there " + (words.size() == 1 ? "is " : "are ")
                    + Quantity.of(words.size(), "word") + ": " + String.join(" ", words));
        }
    }
}
