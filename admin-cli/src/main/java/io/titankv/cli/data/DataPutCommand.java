package io.titankv.cli.data;

import com.google.protobuf.ByteString;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.TitanCommand;
import io.titankv.cli.common.WriteFlags;
import io.titankv.client.WriteResult;
import io.titankv.model.Key;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "put", description = "Store a value under a key, whatever was there")
final class DataPutCommand extends TitanCommand {
    @Parameters(index = "0", paramLabel = "KEY")
    private String keyTyped = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "The value; or give --file")
    private @Nullable String valueTyped;

    @Mixin
    private ValueInput input = new ValueInput();

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Mixin
    private WriteFlags write = new WriteFlags();

    DataPutCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Key key = keys.key(keyTyped);
        ByteString value = input.read(valueTyped, keys, console());
        WriteResult result = context.connections().client(global()).blocking().put(key, value, write.options());
        WriteReport.print(key, "stored", result.version(), keys, console(), context.format());
        return ExitCode.OK;
    }
}
