package io.titankv.cli.data;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.common.WriteFlags;
import io.titankv.client.BlockingTitanClient;
import io.titankv.client.WriteResult;
import io.titankv.model.Key;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "del", description = "Delete keys. A key that is not there is no error")
final class DataDeleteCommand extends TitanCommand {
    @Parameters(arity = "1..*", paramLabel = "KEY")
    private List<String> keysTyped = new ArrayList<>();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private WriteFlags write = new WriteFlags();

    DataDeleteCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        List<Key> all = keysTyped.stream().map(keys::key).toList();
        BlockingTitanClient client = context.connections().client(global()).blocking();
        for (Key key : all) {
            WriteResult result = client.delete(key, write.options());
            String what = result.existed() ? "deleted" : "absent";
            WriteReport.print(key, what, result.version(), keys, console(), context.format());
        }
        return ExitCode.OK;
    }
}
