package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.KeyOptions;
import io.titankv.cli.common.TitanCommand;
import io.titankv.model.Key;
import io.titankv.proto.admin.v1.LocateKeyRequest;
import io.titankv.proto.admin.v1.LocateKeyResponse;
import io.titankv.proto.admin.v1.ShardGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "locate", description = "The token of a key, and the shard that owns it. The key need not exist")
final class ShardLocateCommand extends TitanCommand {
    @Parameters(paramLabel = "KEY")
    private String keyTyped = "";

    @Mixin
    private KeyOptions keys = new KeyOptions();

    ShardLocateCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Key key = keys.key(keyTyped);
        LocateKeyResponse located = context.connections()
                .call(
                        global(),
                        ShardGrpc::newBlockingStub,
                        stub -> stub.locateKey(LocateKeyRequest.newBuilder()
                                .setKey(key.bytes())
                                .setRoutingTag(key.routingTag())
                                .build()));
        Fields fields = new Fields()
                .add("key", keys.show(key.bytes()))
                .add("token", Protos.token(located.getToken()))
                .add("range", Protos.range(located.getArc()))
                .add("epoch", located.getEpoch());
        ShardReport.print(fields, located.getShard(), console(), context.format());
        return ExitCode.OK;
    }
}
